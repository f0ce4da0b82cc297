import { useEffect, useState } from "react"

/** The time, which goes on. @param start what the server's page began with, so that both draw the same at first */
export function useNow(start: number, everyMs: number): number {
  const [now, setNow] = useState(start)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
