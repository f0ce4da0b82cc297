import { setTimeout } from "node:timers/promises"
import { log } from "@/lib/log"

/** How often a stream looks for something new, in milliseconds, and after how long it asks whether it may go on. */
const lookMs = 250
const askMs = 15_000

/** An event: its name, what it says as JSON, and where a stream that begins anew goes on (Last-Event-ID). */
export type StreamEvent = { event: string; data: unknown; id?: number }

/**
 * Server-sent events, HTML Living Standard section 9.2, for as long as somebody reads them and may.
 * @param signal that whoever asked has gone
 * @param mayGoOn asked now and then: a permission may end while a stream is open
 * @param look asked again and again for what is new, when what was sent has been read
 */
export function eventStream(
  signal: AbortSignal,
  mayGoOn: () => Promise<boolean>,
  look: () => Promise<StreamEvent[]>,
): Response {
  const encoder = new TextEncoder()
  let cancelled = false
  let askedAt = Date.now()

  /** @returns what to say next; null when there is nobody to say it to */
  async function next(): Promise<string | null> {
    while (!cancelled && !signal.aborted) {
      if (Date.now() - askedAt > askMs) {
        if (!(await mayGoOn())) return null
        askedAt = Date.now()
        return ": still here\n\n"
      }
      const events = await look()
      if (events.length > 0) return events.map(format).join("")
      await setTimeout(lookMs)
    }
    return null
  }

  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode("retry: 2000\n\n")),
    // Called when somebody reads: a HEAD request, and a browser that no longer does, cost nothing.
    async pull(controller) {
      const text = await next().catch((error) => {
        log().warn({ event: "stream_ended", problem: error instanceof Error ? error.name : "unknown" })
        return null
      })
      if (cancelled) return
      if (text === null) controller.close()
      else controller.enqueue(encoder.encode(text))
    },
    cancel() {
      cancelled = true
    },
  })
  const headers = {
    "Content-Type": "text/event-stream",
    // A proxy, and Next itself, would keep back what they compress.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
  }
  return new Response(body, { headers })
}

/** Where a stream begins, by what the browser has of it already; null when it has nothing. */
export function lastEventId(request: Request): number | null {
  const id = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? ""
  return /^\d{1,16}$/.test(id) ? Number(id) : null
}

function format({ event, data, id }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
