import { config } from "@/lib/config"
import { Mark } from "../_components/mark"
import { SubmitButton } from "../_components/submit-button"
import { EndpointList } from "./endpoint-list"

type Props = { email: string | null; showsFlows: boolean }

/**
 * The home page of the demo and of development: what this server is, and what to use it with.
 * @param email of the signed-in User; null when no one is signed in
 */
export function DeveloperHome({ email, showsFlows }: Props) {
  const { DEMO } = config()
  return (
    <main className="mx-auto grid max-w-3xl gap-10 px-4 py-10 sm:px-6 sm:py-16">
      <header>
        <Mark className="size-12" />
        <h1 className="mt-6 text-3xl font-semibold tracking-tight sm:text-4xl">OAuth Flow</h1>
        <p className="mt-3 max-w-xl text-lg text-muted text-pretty">
          A self-hosted sign-in service: an OAuth 2.1 authorization server and OpenID provider.
        </p>
      </header>
      {DEMO && <TourCard />}
      {email === null ? <SignedOutCard look={DEMO ? "plain" : "primary"} /> : <SignedInCard email={email} />}
      {showsFlows && <FlowsCard />}
      <EndpointList />
    </main>
  )
}

function TourCard() {
  return (
    <section className="rounded-2xl bg-accent-soft p-5 sm:px-7 sm:py-6">
      <h2 className="text-xl font-semibold tracking-tight">Watch a sign-in happen</h2>
      <p className="mt-1 max-w-xl text-pretty">
        The guided tour acts as a client and shows what the server does at each step. Break the flow on purpose and see
        how the server responds.
      </p>
      <a className="button button-primary mt-4" href="/playground">
        Take the tour
      </a>
    </section>
  )
}

function SignedInCard({ email }: { email: string }) {
  return (
    <section className="card flex flex-wrap items-center justify-between gap-4 p-5 sm:px-7">
      <p className="min-w-0 text-muted">
        Signed in as <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>
      </p>
      <div className="flex flex-wrap gap-3">
        <a className="button button-plain" href="/account">
          Manage your account
        </a>
        <form action="/sign-out/submit" method="post">
          <SubmitButton look="plain">Sign out</SubmitButton>
        </form>
      </div>
    </section>
  )
}

/** @param look of the sign-in button: a page has one primary button */
function SignedOutCard({ look }: { look: "primary" | "plain" }) {
  return (
    <section className="card flex flex-wrap items-center justify-between gap-4 p-5 sm:px-7">
      <p className="text-muted">You are not signed in.</p>
      <div className="flex flex-wrap gap-3">
        <a className={`button button-${look}`} href="/sign-in">
          Sign in
        </a>
        {config().SIGN_UP && (
          <a className="button button-plain" href="/sign-up">
            Create an account
          </a>
        )}
      </div>
    </section>
  )
}

function FlowsCard() {
  return (
    <section className="card p-5 sm:px-7 sm:py-6">
      <h2 className="text-lg font-semibold">Flows</h2>
      <p className="mt-1 max-w-xl text-muted text-pretty">
        Every flow as a sequence diagram, drawn live: who sent what to whom, and where it failed.
      </p>
      <a className="button button-plain mt-4" href="/flows">
        View flows
      </a>
    </section>
  )
}
