import { useEffect, useRef, useState } from "react"

const reopenAfterMs = 3000

/** `ended`: this browser no longer has access. */
export type StreamState = "connecting" | "live" | "ended"

/** Called with the parsed data of each event, by the event's name. */
type Receivers = Record<string, (data: unknown) => void>

/**
 * Reads server-sent events while the page is visible. A hidden tab closes its stream, because a browser opens only six
 * connections to a server. The browser reconnects after a broken connection; this hook reconnects after a refusal.
 * @param address returns the stream's address, at each connection, from the id of the last event; empty at first
 * @param receivers must have the same names at each render
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
        if (source?.readyState === EventSource.CLOSED) void reopenLater(source.url)
      })
    }
    // An EventSource does not expose the status of the response.
    const reopenLater = async (url: string) => {
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
    const update = () => {
      close()
      if (document.visibilityState === "visible") open()
    }
    update()
    document.addEventListener("visibilitychange", update)
    return () => {
      document.removeEventListener("visibilitychange", update)
      close()
    }
  }, [])
  return state
}
