import type { ReactNode } from "react"
import { SubmitButton } from "./submit-button"

type Props = {
  kind: "sign-in" | "create"
  /** Where the form is sent with the passkey. */
  action: string
  look?: "primary" | "plain"
  /** For the browser: options of WebAuthn, as JSON. */
  options: object
  /** The challenge in the options, sealed. */
  sealed: string
  /** Shown when the person or the browser stopped it. */
  problem: string
  label: string
  children?: ReactNode
}

/**
 * The part of a form that a passkey fills in: it asks the browser for one and sends the form. It is hidden where the browser has no passkeys, or no
 * JavaScript.
 */
export function PasskeyFields({ kind, action, look = "plain", options, sealed, problem, label, children }: Props) {
  return (
    <div hidden data-passkey={kind} data-options={JSON.stringify(options)}>
      <div className="grid gap-5">
        <input type="hidden" name="challenge" value={sealed} />
        <input type="hidden" name="response" value="" />
        {children}
        <SubmitButton look={look} formAction={action}>
          {label}
        </SubmitButton>
        <div aria-live="polite" className="text-sm text-danger">
          <p data-passkey-problem hidden>
            {problem}
          </p>
        </div>
      </div>
      <script src="/passkeys.js" defer />
    </div>
  )
}
