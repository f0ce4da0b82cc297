import { setTimeout } from "node:timers/promises"
import { log } from "@/lib/log"

/** How often a stream looks for something new, in milliseconds, and how long it may be silent before it says that it is there. */
const lookMs = 250
const silenceMs = 15_000

/** An event: its name, what it says as JSON, and where a stream that begins anew goes on (Last-Event-ID). */
export type StreamEvent = { event: string; data: unknown; id?: number }

/**
 * Server-sent events, HTML Living Standard section 9.2, for as long as somebody listens.
 * @param look asked again and again for what is new
 */
export function eventStream(signal: AbortSignal, look: () => Promise<StreamEvent[]>): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      let spokeAt = Date.now()
      send("retry: 1000\n\n")
      try {
        while (!signal.aborted) {
          const events = await look()
          for (const event of events) send(format(event))
          if (events.length > 0) spokeAt = Date.now()
          else if (Date.now() - spokeAt > silenceMs) {
            send(": still here\n\n")
            spokeAt = Date.now()
          }
          await setTimeout(lookMs, undefined, { signal }).catch(() => undefined)
        }
      } catch (error) {
        log().warn({ event: "stream_ended", problem: error instanceof Error ? error.name : "unknown" })
      }
      // Closed by the other side already when it has gone.
      if (!signal.aborted) controller.close()
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

function format({ event, data, id }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
