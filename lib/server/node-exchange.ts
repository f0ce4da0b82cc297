import type http from "node:http"
import { findClientAddress } from "@/lib/http/client-address"
import { brokenOff, type EndpointRequest, type EndpointResponse } from "@/lib/http/exchange"
import type { Target } from "./target"

/** Converts Node's request to an EndpointRequest. */
export function fromIncoming(incoming: http.IncomingMessage, { path, query }: Target): EndpointRequest {
  return {
    // Not a getter: V8 creates and keeps a hidden class for each object literal with one.
    clientAddress: () => findClientAddress(incoming.headers["x-forwarded-for"], incoming.socket.remoteAddress),
    path,
    query,
    header(name) {
      const value = incoming.headers[name]
      return Array.isArray(value) ? value.join(", ") : (value ?? null)
    },
    readBody: (maxBytes) => readBody(incoming, maxBytes),
  }
}

function readBody(incoming: http.IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  if (Number(incoming.headers["content-length"]) > maxBytes) return Promise.resolve(null)
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      // A body over the limit is read to its end, so that the response can be sent, but not kept.
      if (bytes > maxBytes) resolve(null)
      else chunks.push(chunk)
    })
    incoming.on("end", () => resolve(Buffer.concat(chunks)))
    // The connection was lost before the end.
    incoming.on("error", () => reject(brokenOff()))
  })
}

/** Sends an endpoint's response. */
export function send({ status, headers, cookies, body }: EndpointResponse, outgoing: http.ServerResponse): void {
  if (cookies?.length) outgoing.setHeader("Set-Cookie", cookies)
  // RFC 9110 section 8.6: "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx
  // (Informational) or 204 (No Content)."
  const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(body ?? "") }
  outgoing.writeHead(status, Object.assign({}, headers, length))
  outgoing.end(body ?? undefined)
}
