"use client"

import { useEffect, useState } from "react"
import type { Tokens } from "./run"

/** Which tokens the client holds, and for how long the access token is still good. */
export function TokenStatus({ tokens }: { tokens: Tokens | null }) {
  return (
    <dl className="card mt-6 grid grid-cols-[auto_1fr] gap-x-4 gap-y-2 px-5 py-4 text-sm">
      <dt className="text-muted">Access token</dt>
      <dd className="text-end font-medium">
        {tokens === null ? "none" : tokens.revoked ? "revoked" : <TimeLeft until={tokens.expiresAt} />}
      </dd>
      <dt className="text-muted">Refresh token</dt>
      <dd className="text-end font-medium">
        {tokens?.refreshToken == null ? "none" : tokens.revoked ? "revoked" : "held"}
      </dd>
    </dl>
  )
}

function TimeLeft({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.round((until - now) / 1000))
  if (seconds === 0) return <>expired</>
  return (
    <span className="tabular-nums">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")} left
    </span>
  )
}
