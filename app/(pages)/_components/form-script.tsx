/** The script that makes forms more comfortable. The pages work without it. */
export function FormScript() {
  return <script src="/form.js" defer />
}
