"use client"

import { useEffect, useState, useSyncExternalStore } from "react"
import { Mark } from "../_components/mark"
import { ActionBar } from "./action-bar"
import { Beginning } from "./beginning"
import { finishAuthorization } from "./client"
import { ExchangeCard } from "./exchange-card"
import { getRun, reloadRun, subscribeToRun } from "./run"
import { TokenStatus } from "./token-status"
import { useNewestInView } from "./use-newest-in-view"

/** The playground: a public client in the browser, which shows each request that it makes and each answer it gets. */
export function Playground({ issuer }: { issuer: string }) {
  // The server does not know what the tab's storage holds, so the page begins without a run.
  const run = useSyncExternalStore(subscribeToRun, getRun, () => null)
  const [busy, setBusy] = useState(false)
  const list = useNewestInView(run?.exchanges ?? null)
  const elsewhere = run !== null && location.origin !== issuer

  const act = async (action: () => Promise<unknown>) => {
    setBusy(true)
    let leaving: unknown = false
    try {
      leaving = await action()
    } finally {
      if (leaving !== true) setBusy(false)
    }
  }

  useEffect(() => {
    setBusy(true)
    finishAuthorization(issuer).finally(() => setBusy(false))
    // A page that comes back out of the browser's memory is as it was when it was left: the storage knows better.
    const onShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return
      reloadRun()
      setBusy(false)
    }
    addEventListener("pageshow", onShow)
    return () => removeEventListener("pageshow", onShow)
  }, [issuer])

  return (
    <main className="mx-auto grid max-w-6xl gap-x-10 gap-y-8 px-4 pt-6 pb-40 sm:px-6 lg:grid-cols-[19rem_minmax(0,1fr)] lg:py-12">
      <div className="lg:sticky lg:top-12 lg:self-start">
        <a href="/" className="inline-flex items-center gap-2.5 rounded-lg font-semibold tracking-tight">
          <Mark className="size-7" />
          OAuth Flow
        </a>
        <h1 className="mt-6 text-3xl font-semibold tracking-tight">Playground</h1>
        <p className="mt-2 text-muted text-pretty">
          This page is a public client, built on oauth4webapi. It runs the four flows against this server and shows what
          goes over the wire.
        </p>
        {elsewhere && (
          <p className="mt-4 rounded-lg bg-danger-soft px-3.5 py-3 text-danger">
            This server's issuer is {issuer}, so the playground works only at{" "}
            <a className="font-medium underline" href={`${issuer}/playground`}>
              {issuer}/playground
            </a>
            .
          </p>
        )}
        <noscript>
          <p className="mt-4 font-medium">The playground is a client in the browser, so it needs JavaScript.</p>
        </noscript>
        <TokenStatus tokens={run?.tokens ?? null} />
        <ActionBar issuer={issuer} run={run} disabled={run === null || busy || elsewhere} act={act} />
      </div>

      <section aria-label="Requests and answers">
        {run?.exchanges.length === 0 && <Beginning />}
        <ol ref={list} className="grid gap-5">
          {run?.exchanges.map((exchange) => (
            <ExchangeCard key={exchange.id} exchange={exchange} />
          ))}
        </ol>
      </section>
    </main>
  )
}
