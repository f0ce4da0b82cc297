import { config } from "@/lib/config"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** The home page in production. @param email of the signed-in User; null when no one is signed in */
export function UserHome({ email, showsFlows }: { email: string | null; showsFlows: boolean }) {
  const flowsLink = showsFlows && (
    <a className="link" href="/flows">
      View flows
    </a>
  )
  if (email !== null) {
    const lead = (
      <p>
        Signed in as <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>
      </p>
    )
    return (
      <NarrowPage title="Your account" lead={lead} below={flowsLink}>
        <form action="/sign-out/submit" method="post">
          <SubmitButton look="plain">Sign out</SubmitButton>
        </form>
      </NarrowPage>
    )
  }
  return (
    <NarrowPage title="Your account" lead={<p>You are not signed in.</p>} below={flowsLink}>
      <div className="grid gap-3">
        <a className="button button-primary" href="/sign-in">
          Sign in
        </a>
        {config().SIGN_UP && (
          <a className="button button-plain" href="/sign-up">
            Create an account
          </a>
        )}
      </div>
    </NarrowPage>
  )
}
