import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"

/** After how long, in milliseconds, a stream checks whether it may continue. */
const recheckMs = 15_000

/** So many streams are open in a process. Each keeps a connection and what it has sent. */
export const maxStreams = 50

/** A stream that is not read for so long, in milliseconds, gives its place to another. */
export const maxUnreadMs = 60_000

/**
 * No stream is open for longer, in milliseconds. A client can vanish without closing the connection. A browser that is
 * still there connects again, and continues where it was.
 */
export const maxStreamMs = 600_000

/** An event: its name, its data, sent as JSON, and where a stream that starts again continues (Last-Event-ID). */
export type StreamEvent = { event: string; data: unknown; id?: number }

const openStreams = perProcess<Set<object>>("event-streams")

/**
 * Server-sent events, HTML Living Standard section 9.2, for as long as the client reads them and may; 503 while too many
 * streams are open.
 * @param request its signal is aborted when the client has gone
 * @param mayContinue called from time to time: a permission may end while a stream is open
 * @param next waits for events, and returns none when there were none for a moment. Called when everything sent was read
 */
export function eventStream(
  { method, signal }: Request,
  mayContinue: () => Promise<boolean>,
  next: () => Promise<StreamEvent[]>,
): Response {
  const headers = {
    "Content-Type": "text/event-stream",
    // A proxy, and Next itself, would keep back what they compress.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
  }
  if (method === "HEAD") return new Response(null, { headers })
  openStreams.value ??= new Set()
  const open = openStreams.value
  if (open.size >= maxStreams) return new Response(null, { status: 503, headers: { "Retry-After": "3" } })

  const place = {}
  const encoder = new TextEncoder()
  let cancelled = false
  const openedAt = Date.now()
  let checkedAt = openedAt
  let unread: NodeJS.Timeout | undefined

  /** Gives the place back. The stream ends when it is read again. */
  function leave(): void {
    open.delete(place)
    clearTimeout(unread)
    signal.removeEventListener("abort", leave)
  }

  function send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    controller.enqueue(encoder.encode(text))
    unread = setTimeout(leave, maxUnreadMs).unref()
  }

  /** @returns what to send next; null when the stream ends */
  async function waitForText(): Promise<string | null> {
    while (open.has(place) && Date.now() - openedAt < maxStreamMs) {
      if (Date.now() - checkedAt > recheckMs) {
        if (!(await mayContinue())) return null
        checkedAt = Date.now()
        return ": still here\n\n"
      }
      const events = await next()
      if (events.length > 0) return events.map(format).join("")
    }
    return null
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (!signal.aborted) open.add(place)
      signal.addEventListener("abort", leave)
      send(controller, "retry: 2000\n\n")
    },
    // Called when the client reads: a browser that no longer does costs nothing.
    async pull(controller) {
      clearTimeout(unread)
      const text = await waitForText().catch((error) => {
        log().warn({ event: "stream_failed", problem: error instanceof Error ? error.name : "unknown" })
        return null
      })
      if (text !== null && open.has(place)) return send(controller, text)
      leave()
      if (!cancelled) controller.close()
    },
    cancel() {
      cancelled = true
      leave()
    },
  })
  return new Response(body, { headers })
}

/** The ID after which a stream continues: the last one that the browser has received, or null. */
export function lastEventId(request: Request): number | null {
  const id = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? ""
  return /^\d{1,16}$/.test(id) ? Number(id) : null
}

function format({ event, data, id }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
