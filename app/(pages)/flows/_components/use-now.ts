import { useEffect, useState } from "react"

/** The current time. @param start the time on the server, so that the first render has the same text */
export function useNow(start: number, everyMs: number): number {
  const [now, setNow] = useState(start)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
