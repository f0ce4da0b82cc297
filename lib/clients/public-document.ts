import { type LookupAddress, lookup } from "node:dns"
import { request } from "node:https"
import { BlockList, isIP, type LookupFunction } from "node:net"
import { config } from "@/lib/config"

/** A JSON document that was fetched, and how long it may be kept, in seconds. */
export type FetchedDocument = { body: unknown; maxAgeSeconds: number }

/** Bytes. */
const maxBytes = 5 * 1024

/** For the name, the connection, the response and its body together. */
const maxMs = 5_000

/** Not public: this host, private and shared networks, link-local, documentation, benchmarks, multicast and reserved. */
const notPublicIpv4 = (
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
  "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
).split(" ")

/** In the public range, but for documentation, or with an IPv4 address inside that may be private (Teredo, 6to4). */
const notPublicIpv6 = ["2001::/32", "2001:db8::/32", "2002::/16"]

const refusedIpv4 = toBlockList(notPublicIpv4, "ipv4")
const refusedIpv6 = toBlockList(notPublicIpv6, "ipv6")
const publicIpv6 = toBlockList(["2000::/3"], "ipv6")

function toBlockList(networks: string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = "", prefix] = network.split("/")
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** Whether the server may connect to an address: a public one, or one of CLIENT_DOCUMENT_NETWORKS. */
export function isAllowedAddress(address: string): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4"
  const own = new BlockList()
  for (const network of config().CLIENT_DOCUMENT_NETWORKS)
    own.addSubnet(network.address, network.prefix, network.family)
  if (own.check(address, family)) return true
  return family === "ipv4"
    ? isIP(address) === 4 && !refusedIpv4.check(address)
    : publicIpv6.check(address, family) && !refusedIpv6.check(address, family)
}

/** Resolves a name once. The connection goes to what was checked here, so a second answer of the name server changes nothing. */
const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error || !first) return callback(error ?? new Error("no address"), "", 0)
    if (!addresses.every(({ address }) => isAllowedAddress(address))) return callback(new Error("not allowed"), "", 0)
    if (options.all) callback(null, addresses as LookupAddress[])
    else callback(null, first.address, first.family)
  })
}

/**
 * Fetches a JSON document of another server that a caller has named: by https, without redirects, from public addresses,
 * at most 5 KB, in at most 5 seconds.
 * @returns null after any failure, so that no caller can find out what is behind an address
 */
export async function fetchPublicDocument(url: URL): Promise<FetchedDocument | null> {
  // Node resolves no name that is an address already. URL has brought decimal and octal forms to the usual one.
  if (url.protocol !== "https:" || isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) return null
  return new Promise((resolve) => {
    const fail = () => resolve(null)
    const signal = AbortSignal.timeout(maxMs)
    const headers = { Accept: "application/json" }
    const sent = request(url, { agent: false, headers, lookup: lookupAllowed, signal }, (response) => {
      const isJson = /^application\/([\w.-]+\+)?json(;|$)/i.test(response.headers["content-type"] ?? "")
      const chunks: Buffer[] = []
      let bytes = 0
      response.on("error", fail)
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxBytes) response.destroy(new Error("too large"))
        else chunks.push(chunk)
      })
      response.on("end", () => {
        const body = response.statusCode === 200 && isJson ? parseJson(Buffer.concat(chunks)) : undefined
        resolve(body === undefined ? null : { body, maxAgeSeconds: findMaxAge(response.headers["cache-control"]) })
      })
    })
    sent.on("error", fail)
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

/** Seconds: 0 when the document must not be kept, and ten minutes when its server does not say. */
function findMaxAge(cacheControl = ""): number {
  if (/\b(no-store|no-cache)\b/i.test(cacheControl)) return 0
  return Number(/\bmax-age=(\d{1,9})\b/i.exec(cacheControl)?.[1] ?? 600)
}
