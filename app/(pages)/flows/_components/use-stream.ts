import { useEffect, useRef, useState } from "react"

const reopenAfterMs = 3000

/** What takes the data of each event, parsed, by the event's name. */
type Receivers = Record<string, (data: unknown) => void>

/**
 * Listens to server-sent events for as long as the component is there. The browser connects anew by itself after a
 * break; where the server refused, this does.
 * @param address of the stream, asked for at each connection
 * @param receivers the same names each time
 * @returns whether it is connected
 */
export function useStream(address: () => string, receivers: Receivers): boolean {
  const [connected, setConnected] = useState(false)
  const latest = useRef({ address, receivers })
  useEffect(() => {
    latest.current = { address, receivers }
  })

  useEffect(() => {
    let source: EventSource | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource(latest.current.address())
      source.addEventListener("open", () => setConnected(true))
      for (const name of Object.keys(latest.current.receivers)) {
        source.addEventListener(name, ({ data }) => latest.current.receivers[name]?.(JSON.parse(data)))
      }
      source.addEventListener("error", () => {
        setConnected(false)
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenAfterMs)
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
    }
  }, [])
  return connected
}
