import { useEffect, useRef, useState } from "react"

const reopenAfterMs = 3000

/** What takes the data of each event, parsed, by the event's name. */
type Receivers = Record<string, (data: unknown) => void>

/**
 * Listens to server-sent events while the page is to be seen: a browser opens only six connections to a server, and
 * hidden tabs would take them. The browser connects anew by itself after a break; where the server refused, this does.
 * @param address of the stream, asked for at each connection, with the id of the last event that came; empty at first
 * @param receivers the same names each time
 * @returns whether it is connected
 */
export function useStream(address: (lastId: string) => string, receivers: Receivers): boolean {
  const [connected, setConnected] = useState(false)
  const latest = useRef({ address, receivers })
  useEffect(() => {
    latest.current = { address, receivers }
  })

  useEffect(() => {
    let source: EventSource | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    let lastId = ""
    const open = () => {
      source = new EventSource(latest.current.address(lastId))
      source.addEventListener("open", () => setConnected(true))
      for (const name of Object.keys(latest.current.receivers)) {
        source.addEventListener(name, ({ data, lastEventId }) => {
          lastId = lastEventId || lastId
          latest.current.receivers[name]?.(JSON.parse(data))
        })
      }
      source.addEventListener("error", () => {
        setConnected(false)
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfterMs)
      })
    }
    const close = () => {
      clearTimeout(timer)
      source?.close()
      setConnected(false)
    }
    const follow = () => {
      close()
      if (document.visibilityState === "visible") open()
    }
    follow()
    document.addEventListener("visibilitychange", follow)
    return () => {
      document.removeEventListener("visibilitychange", follow)
      close()
    }
  }, [])
  return connected
}
