import { useEffect, useRef, useState } from "react"

const reopenAfterMs = 3000

/** `ended`: whoever looks may no longer. */
export type StreamState = "connecting" | "live" | "ended"

/** What takes the data of each event, parsed, by the event's name. */
type Receivers = Record<string, (data: unknown) => void>

/**
 * Listens to server-sent events while the page is to be seen: a browser opens only six connections to a server, and
 * hidden tabs would take them. The browser connects anew by itself after a break; where the server refused, this does.
 * @param address of the stream, asked for at each connection, with the id of the last event that came; empty at first
 * @param receivers the same names each time
 */
export function useStream(address: (lastId: string) => string, receivers: Receivers): StreamState {
  const [state, setState] = useState<StreamState>("connecting")
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
      source.addEventListener("open", () => setState("live"))
      for (const name of Object.keys(latest.current.receivers)) {
        source.addEventListener(name, ({ data, lastEventId }) => {
          lastId = lastEventId || lastId
          latest.current.receivers[name]?.(JSON.parse(data))
        })
      }
      source.addEventListener("error", () => {
        setState("connecting")
        if (source?.readyState === EventSource.CLOSED) void askAgain(source.url)
      })
    }
    // An EventSource does not tell why it was refused.
    const askAgain = async (url: string) => {
      const answer = await fetch(url, { method: "HEAD" }).catch(() => null)
      if (source?.url !== url) return
      if (answer?.status === 404) setState("ended")
      else timer = setTimeout(open, reopenAfterMs)
    }
    const close = () => {
      clearTimeout(timer)
      source?.close()
      source = null
      setState("connecting")
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
  return state
}
