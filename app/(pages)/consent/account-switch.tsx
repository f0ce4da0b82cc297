/** The account that the consent is for, and a button to use another one. */
export function AccountSwitch({ email }: { email: string }) {
  return (
    <div className="mt-6 grid gap-1.5 border-t border-line pt-5 text-sm text-muted">
      <p>
        Signed in as <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>
      </p>
      <p>
        Not you?{" "}
        <button type="submit" name="decision" value="switch" aria-describedby="switch-effect" className="link py-1">
          Sign in with another account
        </button>
      </p>
      <p id="switch-effect">You'll be signed out in this browser first.</p>
    </div>
  )
}
