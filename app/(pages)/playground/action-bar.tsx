import { askUserInfo, introspect, refresh, revoke, startAuthorization } from "./client"
import { changeRun, emptyRun, type Run } from "./run"

type Props = {
  issuer: string
  run: Run | null
  disabled: boolean
  act: (action: () => Promise<unknown>) => void
}

/** The client's buttons: at the bottom of a small screen, where the thumb is, else beside the log. */
export function ActionBar({ issuer, run, disabled, act }: Props) {
  const tokens = run?.tokens ?? null
  const last = run?.exchanges.at(-1)
  const buttons = [
    { label: "Introspect", action: introspect, sensible: tokens !== null },
    { label: "UserInfo", action: askUserInfo, sensible: tokens !== null },
    { label: "Refresh", action: refresh, sensible: tokens?.refreshToken != null },
    { label: "Revoke", action: revoke, sensible: tokens !== null && !tokens.revoked },
  ]
  const clear = async () => changeRun(() => emptyRun)

  return (
    <div className="fixed inset-x-0 bottom-0 z-10 grid grid-cols-3 gap-2 border-t border-line bg-surface p-3 lg:static lg:mt-6 lg:grid-cols-2 lg:gap-2.5 lg:border-0 lg:bg-transparent lg:p-0">
      <button
        type="button"
        className="button button-primary px-2 lg:col-span-2"
        disabled={disabled}
        onClick={() => act(() => startAuthorization(issuer))}
      >
        Authorize
      </button>
      {buttons.map(({ label, action, sensible }) => (
        <button
          key={label}
          type="button"
          className="button button-plain px-2"
          disabled={disabled || !sensible}
          onClick={() => act(action)}
        >
          {label}
        </button>
      ))}
      <button
        type="button"
        className="button px-2 border-transparent text-muted hover:not-disabled:bg-sunken hover:not-disabled:text-ink lg:col-span-2"
        disabled={disabled || !last}
        onClick={() => act(clear)}
      >
        Clear
      </button>
      <p className="sr-only" aria-live="polite">
        {last && `${last.request.method} ${new URL(last.request.url).pathname}: ${last.answer?.status ?? last.outcome}`}
      </p>
    </div>
  )
}
