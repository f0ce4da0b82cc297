import { wholeTour } from "./plan"
import type { Run } from "./run"
import { scenes } from "./scenes"

/** The user who is signed in at the server, or the demo's user to sign in with. */
export type Visitor = {
  signedInAs: string | null
  demoUser: { email: string; password: string } | null
}

/** What the client does next and why, or how the flow ended. */
export function NextCard({ run, watching, ...visitor }: Visitor & { run: Run; watching: boolean }) {
  const [name] = run.planned
  return (
    <section aria-label="Next scene" className="rounded-xl border-2 border-accent bg-surface p-4 shadow-card sm:p-5">
      {name ? (
        <>
          <p className="text-xs font-medium text-accent">{run.played.length === 0 ? "Start here" : "Next"}</p>
          <h2 className="mt-1 text-lg font-semibold tracking-tight text-balance">{scenes[name].title}</h2>
          <p className="mt-2 text-sm text-muted text-pretty">{scenes[name].before}</p>
          {name === "authorize" && <SignInHint {...visitor} />}
        </>
      ) : (
        <End run={run} watching={watching} />
      )}
    </section>
  )
}

function SignInHint({ signedInAs, demoUser }: Visitor) {
  if (signedInAs !== null) {
    return (
      <p className="mt-3 rounded-lg bg-sunken px-3 py-2.5 text-sm text-pretty">
        You're already signed in as <bdi className="font-medium [overflow-wrap:anywhere]">{signedInAs}</bdi>. If you've
        allowed this client before, the server skips steps 3–7.
      </p>
    )
  }
  if (!demoUser) return null
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 rounded-lg bg-sunken px-3 py-2.5 text-sm">
      <dt className="text-muted">Email</dt>
      <dd className="font-mono text-[0.8125rem] leading-5 select-all [overflow-wrap:anywhere]">{demoUser.email}</dd>
      <dt className="text-muted">Password</dt>
      <dd className="font-mono text-[0.8125rem] leading-5 select-all">{demoUser.password}</dd>
    </dl>
  )
}

function End({ run, watching }: { run: Run; watching: boolean }) {
  const whole = wholeTour.every((scene) => run.played.some(({ name, outcome }) => name === scene && outcome === "done"))
  return (
    <>
      <p className="text-xs font-medium text-accent">The end</p>
      <h2 className="mt-1 text-lg font-semibold tracking-tight text-balance">
        {whole ? "That's the whole life of a sign-in" : "This flow has ended"}
      </h2>
      <p className="mt-2 text-sm text-muted text-pretty">
        {whole && "You've seen all four parts: authorization, introspection, refresh and revocation. "}
        {watching && whole && "Click an arrow to see what it carried. "}
        {watching &&
          !whole &&
          "Open the failed step in the diagram to see why, and what a developer would do about it. "}
        {whole ? "Now choose “Break it” and see what the server does." : "Start over, or break it in another way."}
      </p>
      <p className="mt-3 border-t border-line pt-3 text-sm text-pretty">
        <strong className="font-semibold">PKCE in one sentence:</strong> a stolen code is useless without the secret,
        which never passes through the address bar.
      </p>
    </>
  )
}
