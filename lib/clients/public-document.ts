import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns"
import type { IncomingHttpHeaders } from "node:http"
import { request } from "node:https"
import { isIP, type LookupFunction } from "node:net"
import ipaddr from "ipaddr.js"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"

/** A JSON document that was fetched, and how long it may be kept, in seconds. */
export type FetchedDocument = { body: unknown; maxAgeSeconds: number }

/** Bytes. */
const maxBytes = 5 * 1024

/** For the name, the connection, the response and its body together. */
const maxMs = 5_000

/** Whether the server may connect to an address: a public one, or one of CLIENT_DOCUMENT_NETWORKS. */
export function isAllowedAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  const isOwn = config().CLIENT_DOCUMENT_NETWORKS.some((network) => {
    const own = ipaddr.parse(network.address)
    return own.kind() === parsed.kind() && parsed.match(own, network.prefix)
  })
  // Every other range is private, for this host, for documentation, or has an IPv4 address inside that may be private.
  return isOwn || parsed.range() === "unicast"
}

/** Finds all addresses of a name, as `lookup` of node:dns does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

/**
 * A lookup for a connection that fails unless every address of the name is allowed. The name is resolved once, and the
 * connection goes to what was checked, so a second answer of the name server changes nothing.
 */
export const lookupAllowed =
  (resolveHost: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolveHost(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error("no address"), "", 0)
      if (!addresses.every(({ address }) => isAllowedAddress(address))) return callback(new Error("not allowed"), "", 0)
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

/**
 * Fetches a JSON document of another server that a caller has named: by https, without redirects, from public addresses,
 * at most 5 KB, in at most 5 seconds.
 * @param resolveHost finds the addresses of its host
 * @returns null after any failure, so that no caller can find out what is behind an address
 */
export async function fetchPublicDocument(url: URL, resolveHost: Resolve = lookup): Promise<FetchedDocument | null> {
  const isJson = /^application\/([\w.-]+\+)?json(;|$)/i
  const file = await fetchPublicFile(url, { accept: "application/json", type: isJson, maxBytes, resolveHost })
  const body = file && parseJson(file.content)
  return file && body !== undefined ? { body, maxAgeSeconds: file.maxAgeSeconds } : null
}

/** Bytes of an image. */
const maxImageBytes = 50 * 1024

/**
 * Fetches an image of another server, with the same rules. SVG is left out: it can have scripts.
 * @returns null after any failure
 */
export function fetchPublicImage(url: URL): Promise<FetchedFile | null> {
  const type = /^image\/(png|jpeg|webp|gif)(;|$)/i
  const accept = "image/png, image/jpeg, image/webp, image/gif"
  return fetchPublicFile(url, { accept, type, maxBytes: maxImageBytes, resolveHost: lookup })
}

/** A file that was fetched, its type without parameters, and how long it may be kept, in seconds. */
export type FetchedFile = { content: Buffer; contentType: string; maxAgeSeconds: number }

async function fetchPublicFile(
  url: URL,
  { accept, type, maxBytes, resolveHost }: { accept: string; type: RegExp; maxBytes: number; resolveHost: Resolve },
): Promise<FetchedFile | null> {
  // Node resolves no name that is an address already. URL has brought decimal and octal forms to the usual one.
  if (url.protocol !== "https:" || isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) return null
  return new Promise((resolve) => {
    const fail = () => resolve(null)
    const signal = AbortSignal.timeout(maxMs)
    const headers = { Accept: accept }
    const sent = request(url, { agent: false, headers, lookup: lookupAllowed(resolveHost), signal }, (response) => {
      const contentType = response.headers["content-type"] ?? ""
      const chunks: Buffer[] = []
      let bytes = 0
      response.on("error", fail)
      response.on("close", fail)
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxBytes) response.destroy(new Error("too large"))
        else chunks.push(chunk)
      })
      response.on("end", () => {
        if (response.statusCode !== 200 || !type.test(contentType)) return fail()
        const maxAgeSeconds = findMaxAge(response.headers)
        resolve({ content: Buffer.concat(chunks), contentType: contentType.split(";")[0] ?? "", maxAgeSeconds })
      })
    })
    sent.on("error", fail)
    // A server that answers 101 ends the request without a response and without an error.
    sent.on("upgrade", (_, socket) => socket.destroy())
    sent.on("close", fail)
    sent.end()
  })
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/**
 * How long a response may be kept, in seconds: RFC 9111 sections 4.2.1 and 5.2.2. It is ten minutes without
 * such a header. This server is no shared cache, so s-maxage has no effect.
 */
export function findMaxAge({ "cache-control": cacheControl = "", age, date, expires }: IncomingHttpHeaders): number {
  // RFC 9111 section 5.2: "Cache directives are identified by a token, to be compared case-insensitively".
  const directives = cacheControl
    .toLowerCase()
    .split(",")
    .map((directive) => directive.trim().split("="))
  const find = (name: string) => directives.find((directive) => directive[0] === name)
  if (find("no-store") || find("no-cache")) return 0
  const [, maxAge] = find("max-age") ?? []
  // RFC 9111 section 4.2.1: a cache is "encouraged to consider responses that have invalid freshness information to be stale".
  const ofExpires = expires === undefined ? 600 : secondsBetween(date, expires)
  const fresh = maxAge === undefined ? ofExpires : (parseSeconds(maxAge.replaceAll('"', "")) ?? 0)
  // RFC 9111 section 5.1: a cache "SHOULD ignore the field" Age when its value is invalid.
  return Math.max(0, fresh - (parseSeconds(age) ?? 0)) || 0
}

/** RFC 9111 section 1.2.2: "The delta-seconds rule specifies a non-negative integer". @returns null for anything else */
const parseSeconds = (value = "") => (/^[0-9]+$/.test(value) ? Number(value) : null)

const secondsBetween = (date: string | undefined, expires: string) =>
  (Date.parse(expires) - (Date.parse(date ?? "") || currentTime().getTime())) / 1000
