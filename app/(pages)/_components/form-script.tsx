/** The optional script of the forms: public/form.js. */
export function FormScript() {
  return <script src="/form.js" defer />
}
