import http from "node:http"
import { text } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import { setTimeout } from "node:timers/promises"
import type { PageHandler } from "./pages"
import { findTarget } from "./request-identity"
import { isScriptFree, isWholePage, withoutScripts } from "./script-free"

/** Headers that are about one connection, RFC 9110 section 7.6.1. */
const hopByHop = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]

/** How long an idle connection is kept, in milliseconds: less than the other side keeps it (listen.ts). */
const idleMs = 30_000

/** How long a request waits for the process with the pages, in milliseconds: it may be starting, or starting again. */
const patienceMs = 15_000

/**
 * Hands requests on to the process that has the pages, and its answers back.
 * @param socketPath where it listens
 * @returns the handler, and what ends the answers that have no end of their own
 */
export function forwardTo(socketPath: string): { handle: PageHandler; endStreams: () => void } {
  const agent = new http.Agent({ keepAlive: true, timeout: idleMs })
  const streams = new Set<http.ServerResponse>()
  let ending = false
  const handle: PageHandler = async (incoming, outgoing) => {
    const { method, url } = incoming
    const scriptFree = isScriptFree(findTarget(url)?.path ?? "")
    const headers = framed(incoming)
    // What is to be read here is not to be compressed.
    if (scriptFree) delete headers["accept-encoding"]
    const onward = await connect({ agent, socketPath, method, path: url, headers }, outgoing)
    // Answered, perhaps before the whole request was read, or whoever asked has gone. The rest of the request is read to its
    // end all the same, because the next one on this connection stands behind it.
    outgoing.once("close", () => {
      incoming.unpipe(onward)
      incoming.resume()
      onward.destroy()
    })
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      onward.once("response", resolve)
      onward.on("error", reject)
    })
    incoming.pipe(onward)
    const answer = await answered
    if (scriptFree && method !== "HEAD" && isWholePage(answer)) {
      const page = withoutScripts(await text(answer))
      outgoing.writeHead(answer.statusCode ?? 200, {
        ...endToEnd(answer.headers),
        "content-length": Buffer.byteLength(page),
      })
      return void outgoing.end(page)
    }
    outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers))
    if (answer.headers["content-type"] === "text/event-stream") {
      if (ending) return void outgoing.destroy()
      streams.add(outgoing)
      outgoing.flushHeaders()
    }
    await pipeline(answer, outgoing).catch(() => void outgoing.destroy())
    streams.delete(outgoing)
  }
  const endStreams = () => {
    ending = true
    for (const stream of streams) stream.destroy()
  }
  return { handle, endStreams }
}

/**
 * The request's headers, with the end of its body said as it was to us: a body whose end the other side did not know of
 * would be read there as the next request, which has not come by way of `setClientIdentity`.
 */
function framed({ headers }: http.IncomingMessage): http.OutgoingHttpHeaders {
  return { ...endToEnd(headers), ...(headers["transfer-encoding"] && { "transfer-encoding": "chunked" }) }
}

/** The process with the pages does not listen now. */
const notListening = new Set(["ENOENT", "ECONNREFUSED", "EAGAIN"])

/** @returns a request that has a connection, and of which nothing was sent yet */
async function connect(options: http.RequestOptions, outgoing: http.ServerResponse): Promise<http.ClientRequest> {
  const giveUpAt = Date.now() + patienceMs
  for (;;) {
    try {
      return await tryConnect(options)
    } catch (error) {
      if (!notListening.has(String((error as { code?: string }).code))) throw error
      if (Date.now() > giveUpAt || outgoing.destroyed) throw error
      await setTimeout(50)
    }
  }
}

function tryConnect(options: http.RequestOptions): Promise<http.ClientRequest> {
  const request = http.request(options)
  return new Promise((resolve, reject) => {
    request.once("error", reject)
    request.once("socket", (socket) => {
      if (socket.connecting) socket.once("connect", () => resolve(request))
      else resolve(request)
    })
  })
}

function endToEnd(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  const kept = { ...headers }
  const named = headers.connection?.toLowerCase().split(",") ?? []
  for (const name of [...hopByHop, ...named.map((value) => value.trim())]) delete kept[name]
  return kept
}
