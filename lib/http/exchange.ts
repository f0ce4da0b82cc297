import { OAuthError } from "@/lib/protocol/errors"
import { readClientAddress, readRawQuery } from "./client-address"

/**
 * What an endpoint sees of a request. Each of the two entry points makes one: Next's route handlers from the web's Request
 * (here), and this project's server from Node's (lib/server/node-exchange.ts).
 */
export type EndpointRequest = {
  /** The network address of the client, decided by TRUSTED_PROXIES (client-address.ts). */
  clientAddress(): string
  readonly path: string
  /** Without the question mark; empty without a query. */
  readonly query: string
  /** @param name in lower case */
  header(name: string): string | null
  /**
   * Reads the body up to the limit, whatever Content-Length is.
   * @returns null when the body has more than `maxBytes`
   * @throws OAuthError invalid_request when the request breaks off
   */
  readBody(maxBytes: number): Promise<Buffer | null>
}

/** An answer, complete, in plain values: making a web Response costs more than most of our endpoints' work (docs/performance.md). */
export type EndpointResponse = {
  status: number
  headers: Record<string, string>
  /** Set-Cookie headers. */
  cookies?: string[]
  body: string | Buffer | null
}

export type Handler = (request: EndpointRequest) => Promise<EndpointResponse>

/** A route handler as Next calls it, with the function inside it that our own server calls. */
export type RouteHandler = ((request: Request) => Promise<Response>) & { handle: Handler }

export function routeHandler(handle: Handler): RouteHandler {
  return Object.assign(async (request: Request) => toResponse(await handle(fromRequest(request))), { handle })
}

function fromRequest(request: Request): EndpointRequest {
  const { pathname, search } = new URL(request.url)
  return {
    clientAddress: () => readClientAddress((name) => request.headers.get(name)),
    path: pathname,
    query: readRawQuery((name) => request.headers.get(name)) ?? search.slice(1),
    header: (name) => request.headers.get(name),
    readBody: (maxBytes) => readBody(request, maxBytes),
  }
}

function toResponse({ status, headers, cookies = [], body }: EndpointResponse): Response {
  const all = [...Object.entries(headers), ...cookies.map((cookie): [string, string] => ["Set-Cookie", cookie])]
  return new Response(typeof body === "string" || body === null ? body : new Uint8Array(body), { status, headers: all })
}

async function readBody(request: Request, maxBytes: number): Promise<Buffer | null> {
  if (Number(request.headers.get("content-length")) > maxBytes) return null
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length
      if (bytes > maxBytes) return null
      chunks.push(chunk)
    }
  } catch {
    throw brokenOff()
  }
  return Buffer.concat(chunks)
}

/** The connection ended before the request did: no one reads the answer, but the log has it. */
export function brokenOff(): OAuthError {
  return OAuthError.invalidRequest(
    "The connection closed before the request was complete. Send it again.",
    "request_broken_off",
  )
}
