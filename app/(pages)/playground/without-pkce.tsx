import { type ReactNode, type RefObject, useLayoutEffect, useState } from "react"
import { icons, Pill } from "../_components/flow/pill"
import { AddressBar } from "./address-bar"

const code = "9f2c-made-up"

const stages: { title: string; text: string; shown: ReactNode }[] = [
  {
    title: "The app sends the browser to the server",
    text: "It made no secret, so it sends no challenge.",
    shown: (
      <AddressBar>
        <span className="text-muted">server.example</span>/authorize?client_id=shop
      </AddressBar>
    ),
  },
  {
    title: "The code comes back, and a thief reads it",
    text: "Ada signs in. For a moment the code is in the address bar, where a malicious browser extension copies it.",
    shown: (
      <AddressBar>
        <span className="text-muted">shop.example</span>/callback?
        <mark className="rounded-sm bg-danger-soft font-semibold text-danger">code</mark>={code}
      </AddressBar>
    ),
  },
  {
    title: "The thief redeems the code first",
    text: "The server has no challenge to compare with. The code is correct, so the server can't tell the thief from the app.",
    shown: (
      <p className="rounded-lg bg-sunken px-3 py-2 font-mono text-xs [overflow-wrap:anywhere]">
        POST /token code={code} → <span className="font-semibold">200 OK, access_token=made-up</span>
      </p>
    ),
  },
  {
    title: "The thief is signed in as Ada",
    text: "With the access token, the thief gets into her account. A stolen code was all it took.",
    shown: null,
  },
]

type Props = { ref: RefObject<HTMLDialogElement | null>; busy: boolean; onTryWithPkce: () => void }

/** A simulated theft without PKCE. It only shows text: no request is sent. */
export function WithoutPkce({ ref, busy, onTryWithPkce }: Props) {
  const [count, setCount] = useState(1)
  const isLast = count === stages.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: each stage is added at the end
  useLayoutEffect(() => {
    ref.current?.scrollTo({ top: ref.current.scrollHeight })
  }, [count, ref])
  const tryWithPkce = () => {
    ref.current?.close()
    onTryWithPkce()
  }
  return (
    <dialog
      ref={ref}
      aria-labelledby="without-pkce"
      onClose={() => setCount(1)}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[36rem] max-w-[calc(100vw-2rem)] overflow-y-auto rounded-2xl border border-line bg-surface px-4 pt-4 text-ink shadow-card backdrop:bg-[rgb(0_0_0/0.5)] sm:px-6 sm:pt-6"
    >
      <p className="w-fit rounded-full bg-danger-soft px-3 py-0.5 text-sm font-semibold text-danger">
        Simulation: nothing is sent
      </p>
      <h2 id="without-pkce" className="mt-2 text-xl font-semibold tracking-tight">
        The same theft without PKCE
      </h2>
      <p className="mt-1 text-sm text-muted text-pretty">
        This plays in your browser with made-up values. A real request without PKCE would be refused here.
      </p>
      <ol className="mt-4 grid gap-4" aria-live="polite">
        {stages.slice(0, count).map(({ title, text, shown }, i) => (
          <li key={title} className="grid gap-1.5">
            <h3 className="font-semibold">
              <span className="text-muted tabular-nums">{i + 1}. </span>
              {title}
            </h3>
            <p className="text-sm text-pretty">{text}</p>
            {shown}
          </li>
        ))}
      </ol>
      {isLast && <Comparison />}
      <div className="sticky bottom-0 mt-3 flex flex-wrap gap-2.5 bg-surface py-3">
        {isLast ? (
          <button type="button" className="button button-primary" aria-disabled={busy} onClick={tryWithPkce}>
            Try it with PKCE
          </button>
        ) : (
          <button type="button" className="button button-primary" onClick={() => setCount(count + 1)}>
            Continue
          </button>
        )}
        <button type="button" className="button button-plain" onClick={() => ref.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  )
}

function Comparison() {
  return (
    <dl className="mt-4 grid gap-2 border-t border-line pt-4 text-sm sm:grid-cols-2">
      <div>
        <dt className="font-semibold">Stolen code without PKCE</dt>
        <dd className="mt-1">
          <Pill tone="bad" icon={icons.cross}>
            The thief gets the tokens
          </Pill>
        </dd>
      </div>
      <div>
        <dt className="font-semibold">Stolen code with PKCE</dt>
        <dd className="mt-1">
          <Pill tone="good" icon={icons.check}>
            The server refuses
          </Pill>
        </dd>
      </div>
    </dl>
  )
}
