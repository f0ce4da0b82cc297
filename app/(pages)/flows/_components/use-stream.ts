import { useEffect, useRef, useState } from "react"

const reopenAfterMs = 3000

/**
 * Listens to server-sent events for as long as the component is there. The browser connects anew by itself after a
 * break; where the server refused, this does.
 * @param address of the stream, asked for at each connection; null to listen to nothing
 * @param receive is given the data of each event, parsed
 * @returns whether it is connected
 */
export function useStream<Data>(address: (() => string) | null, event: string, receive: (data: Data) => void): boolean {
  const [connected, setConnected] = useState(false)
  const latest = useRef({ address, receive })
  const wanted = address !== null
  useEffect(() => {
    latest.current = { address, receive }
  })

  useEffect(() => {
    if (!wanted) return
    let source: EventSource | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      const url = latest.current.address?.()
      if (url === undefined) return
      source = new EventSource(url)
      source.addEventListener("open", () => setConnected(true))
      source.addEventListener(event, ({ data }) => latest.current.receive(JSON.parse(data)))
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
  }, [event, wanted])
  return connected
}
