const flows = [
  {
    button: "Authorize",
    does: "sends you to sign in, brings you back with an auth code, and exchanges it for tokens.",
  },
  {
    button: "Introspect",
    does: "asks the server what the access token stands for. UserInfo asks the OpenID Connect way.",
  },
  { button: "Refresh", does: "exchanges the refresh token for a new pair of tokens." },
  { button: "Revoke", does: "ends the session. Introspect again, and see it refused." },
]

/** What stands where the exchanges will be, before there are any. */
export function Beginning() {
  return (
    <div className="rounded-2xl border border-dashed border-edge px-5 py-7 sm:px-9 sm:py-9">
      <h2 className="text-lg font-semibold">Begin with Authorize</h2>
      <p className="mt-1 text-muted text-pretty">
        Sign in with the user that the demo printed when it started, or create an account.
      </p>
      <ol className="mt-6 grid gap-4">
        {flows.map(({ button, does }, index) => (
          <li key={button} className="flex gap-4">
            <span
              aria-hidden="true"
              className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent"
            >
              {index + 1}
            </span>
            <p className="pt-0.5">
              <strong className="font-semibold">{button}</strong> {does}
            </p>
          </li>
        ))}
      </ol>
    </div>
  )
}
