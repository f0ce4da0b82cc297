/** A message about the form as a whole. The live region is always there, so that screen readers announce a new message. */
export function FormAlert({ id, message }: { id: string; message: string | undefined }) {
  return (
    <div id={id} aria-live="assertive">
      {message && (
        <p className="mb-5 flex gap-2.5 rounded-lg border border-transparent bg-danger-soft px-3.5 py-3 text-danger">
          <svg viewBox="0 0 20 20" className="mt-0.5 size-5 shrink-0 fill-current" aria-hidden="true" focusable="false">
            <path d="M10 1.7a8.3 8.3 0 1 0 0 16.6 8.3 8.3 0 0 0 0-16.6Zm.9 12.4H9.1v-1.8h1.8v1.8Zm0-3.4H9.1V5.9h1.8v4.8Z" />
          </svg>
          {message}
        </p>
      )}
    </div>
  )
}
