import { toReadableEmail } from "@/lib/accounts/email-address"
import { maySeeFlows } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import { readTokenCookie } from "@/lib/http/cookies"
import type { PageHandler } from "@/lib/http/page"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { FormScript } from "./_components/form-script"
import { Mark } from "./_components/mark"
import { SubmitButton } from "./_components/submit-button"

/** The first page: what this server is, who is signed in, and where a developer finds what. */
export const homePage: PageHandler = async (request) => {
  const { issuer, DEMO } = config()
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  const isOpen = await maySeeFlows(readTokenCookie(request, "operator"))

  const content = (
    <main className="mx-auto grid max-w-3xl gap-10 px-4 py-10 sm:px-6 sm:py-16">
      <header>
        <Mark className="size-12" />
        <h1 className="mt-6 text-3xl font-semibold tracking-tight sm:text-4xl">OAuth Flow</h1>
        <p className="mt-3 max-w-xl text-lg text-muted text-pretty">
          The sign-in service of a team: an OAuth 2.1 authorization server and OpenID Provider.
        </p>
      </header>

      {DEMO && <TourLink />}
      <Browser email={signedIn && toReadableEmail(signedIn.user.email)} />
      {isOpen && <FlowsLink />}
      <Addresses issuer={issuer} />
      <FormScript />
    </main>
  )
  return { title: "OAuth Flow", content }
}

/** Who is signed in in this browser. */
function Browser({ email }: { email: string | null }) {
  if (email !== null) {
    return (
      <section className="card flex flex-wrap items-center justify-between gap-4 p-5 sm:px-7">
        <p className="min-w-0 text-muted">
          Signed in as <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>
        </p>
        <form action="/sign-out/submit" method="post">
          <SubmitButton look="plain">Sign out</SubmitButton>
        </form>
      </section>
    )
  }
  return (
    <section className="card flex flex-wrap items-center justify-between gap-4 p-5 sm:px-7">
      <p className="text-muted">You are not signed in.</p>
      <div className="flex flex-wrap gap-3">
        <a className="button button-primary" href="/sign-in">
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

function TourLink() {
  return (
    <section className="rounded-2xl bg-accent-soft p-5 sm:px-7 sm:py-6">
      <h2 className="text-xl font-semibold tracking-tight">Watch a sign-in happen</h2>
      <p className="mt-1 max-w-xl text-pretty">
        The guided tour plays a client step by step and draws what this server does about it. Break the flow on purpose,
        and see why it holds.
      </p>
      <a className="button button-primary mt-4" href="/playground">
        Take the tour
      </a>
    </section>
  )
}

function FlowsLink() {
  return (
    <section className="card p-5 sm:px-7 sm:py-6">
      <h2 className="text-lg font-semibold">Flows</h2>
      <p className="mt-1 max-w-xl text-muted text-pretty">
        Every authorization as a sequence diagram that draws itself while it happens: who sent what to whom, and where
        it failed.
      </p>
      <a className="button button-plain mt-4" href="/flows">
        Look at the flows
      </a>
    </section>
  )
}

const endpoints = [
  { method: "GET", path: "/authorize", does: "Authorization: asks for an auth code" },
  { method: "POST", path: "/token", does: "Authorization: auth code and code verifier for tokens" },
  { method: "GET", path: "/introspect", does: "Introspection: user information of an access token" },
  { method: "POST", path: "/refresh", does: "Refresh: a new token pair" },
  { method: "POST", path: "/revoke", does: "Revocation: ends the session of a token" },
  { method: "GET", path: "/userinfo", does: "OpenID Connect claims of the signed-in user" },
]

const documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]

function Addresses({ issuer }: { issuer: string }) {
  return (
    <section>
      <h2 className="text-lg font-semibold">For developers</h2>
      <p className="mt-1 text-muted">Most OAuth and OpenID Connect libraries need only the issuer.</p>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Issuer</h3>
      <p className="card px-5 py-4 font-mono text-sm select-all [overflow-wrap:anywhere]">{issuer}</p>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Endpoints</h3>
      <ul className="card divide-y divide-line">
        {endpoints.map(({ method, path, does }) => (
          <li key={path} className="grid gap-x-4 gap-y-0.5 px-5 py-3.5 sm:grid-cols-[3.5rem_1fr]">
            <span className="font-mono text-sm font-medium text-accent">{method}</span>
            <div className="min-w-0">
              <p className="font-mono text-sm select-all [overflow-wrap:anywhere]">
                {issuer}
                <wbr />
                {path}
              </p>
              <p className="text-sm text-muted">{does}</p>
            </div>
          </li>
        ))}
      </ul>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Metadata and keys</h3>
      <ul className="card divide-y divide-line">
        {documents.map((path) => (
          <li key={path} className="px-5 py-3.5">
            <a className="link font-mono text-sm [overflow-wrap:anywhere]" href={path}>
              {path}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
