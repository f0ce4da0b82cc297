import { setTimeout as sleep } from "node:timers/promises"
import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"

/** How often a stream looks for something new, in milliseconds, and after how long it asks whether it may go on. */
const lookMs = 250
const askMs = 15_000

/** So many streams are open in a process: each looks into the database four times a second. */
export const mostStreams = 50

/** A stream that nobody reads for so long, in milliseconds, gives its place to another. */
export const unreadMs = 60_000

/**
 * No stream is open for longer, in milliseconds: of one whose reader has gone without a word, the network goes on
 * swallowing what is said. A browser that still reads connects anew, and goes on where it was.
 */
export const mostMs = 600_000

/** An event: its name, what it says as JSON, and where a stream that begins anew goes on (Last-Event-ID). */
export type StreamEvent = { event: string; data: unknown; id?: number }

/** The open streams. Next bundles each route by itself, and they share the places. */
const streams = perProcess<Set<object>>("event streams")

/**
 * Server-sent events, HTML Living Standard section 9.2, for as long as somebody reads them and may; 503 while too many
 * are read already.
 * @param request its signal says that whoever asked has gone
 * @param mayGoOn asked now and then: a permission may end while a stream is open
 * @param look asked again and again for what is new, when what was sent has been read
 */
export function eventStream(
  { method, signal }: Request,
  mayGoOn: () => Promise<boolean>,
  look: () => Promise<StreamEvent[]>,
): Response {
  const headers = {
    "Content-Type": "text/event-stream",
    // A proxy, and Next itself, would keep back what they compress.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
  }
  if (method === "HEAD") return new Response(null, { headers })
  streams.value ??= new Set()
  const open = streams.value
  if (open.size >= mostStreams) return new Response(null, { status: 503, headers: { "Retry-After": "3" } })

  const place = {}
  const encoder = new TextEncoder()
  let cancelled = false
  const openedAt = Date.now()
  let askedAt = openedAt
  // Also after news: where much happens there always are some.
  let restMs = 0
  let unread: NodeJS.Timeout | undefined

  /** Gives the place back: then the stream ends, when it is read again. */
  function leave(): void {
    open.delete(place)
    clearTimeout(unread)
    signal.removeEventListener("abort", leave)
  }

  function send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    controller.enqueue(encoder.encode(text))
    unread = setTimeout(leave, unreadMs).unref()
  }

  /** @returns what to say next; null when there is nobody to say it to */
  async function next(): Promise<string | null> {
    while (open.has(place) && Date.now() - openedAt < mostMs) {
      if (Date.now() - askedAt > askMs) {
        if (!(await mayGoOn())) return null
        askedAt = Date.now()
        return ": still here\n\n"
      }
      await sleep(restMs)
      restMs = lookMs
      const events = await look()
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
    // Called when somebody reads: a browser that no longer does costs nothing.
    async pull(controller) {
      clearTimeout(unread)
      const text = await next().catch((error) => {
        log().warn({ event: "stream_ended", problem: error instanceof Error ? error.name : "unknown" })
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

/** Where a stream begins, by what the browser has of it already; null when it has nothing. */
export function lastEventId(request: Request): number | null {
  const id = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? ""
  return /^\d{1,16}$/.test(id) ? Number(id) : null
}

function format({ event, data, id }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
