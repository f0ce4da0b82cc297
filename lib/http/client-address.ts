import type { IncomingHttpHeaders } from "node:http"
import { BlockList, isIP } from "node:net"
import { config } from "@/lib/config"
import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"
import { generateToken } from "@/lib/protocol/random"
import type { TrustedProxies } from "@/lib/trusted-proxies"

type Incoming = { headers: IncomingHttpHeaders; url?: string; socket: { remoteAddress?: string } }

/** Headers by which a proxy, or Next itself, addresses the next server. A client must not set them. */
const forwardingHeaders =
  /^(forwarded|x-real-ip|x-forwarded-.*|x-middleware-.*|x-nextjs-data|next-router-state-tree|x-matched-path|x-now-.*)$/

/**
 * Overwrites the forwarding headers with the real client address and the issuer's host, and adds the query as it came. Both
 * entry points call it before Next sees a request, so that what Next serves can rely on them.
 * @param request its headers are changed in place
 */
export function overwriteForwardingHeaders({ headers, url = "", socket }: Incoming): void {
  const address = findClientAddress(headers["x-forwarded-for"], socket.remoteAddress)
  const { host, protocol } = new URL(config().issuer)
  for (const name of Object.keys(headers)) {
    if (forwardingHeaders.test(name)) delete headers[name]
  }
  headers["x-forwarded-for"] = address
  headers[checkedHeader] = checkedMark()
  headers[queryHeader] = url.includes("?") ? url.slice(url.indexOf("?") + 1) : ""
  headers["x-forwarded-host"] = host
  headers["x-forwarded-proto"] = protocol.slice(0, -1)
  headers.host = host
}

/** Marks requests whose forwarding headers were overwritten: Next serves before instrumentation.ts has run. */
const checkedHeader = "x-oauth-flow-checked"
const mark = perProcess<string>("checked-mark")

/** Next decodes a query and encodes it again, and puts U+FFFD in the place of what is not UTF-8. */
const queryHeader = "x-oauth-flow-query"

function checkedMark(): string {
  mark.value ??= generateToken()
  return mark.value
}

/** The client's address as Next passes it on; "unknown" when this process did not decide it. @param header reads one */
export function readClientAddress(header: (name: string) => string | null): string {
  return (header(checkedHeader) === checkedMark() && header("x-forwarded-for")) || "unknown"
}

/** The query of a request that Next passes on, as it came; null when this process has not seen it. @param header reads one */
export function readRawQuery(header: (name: string) => string | null): string | null {
  return header(checkedHeader) === checkedMark() ? (header(queryHeader) ?? "") : null
}

/**
 * The client's address: the socket's, or the one that the outermost trusted proxy saw.
 * @param forwardedFor the header X-Forwarded-For, to which each proxy appends the address that it saw
 */
export function findClientAddress(
  forwardedFor: string | string[] | undefined,
  socketAddress: string | undefined,
): string {
  const { trustedProxies } = config()
  const socket = bareAddress(socketAddress ?? "")
  if (forwardedFor === undefined) return socket
  if (trustedProxies.count === 0 && trustedProxies.networks.length === 0) {
    warnOfUntrustedHeader(socket)
    return socket
  }
  const seen = String(forwardedFor).split(",").map(bareAddress)
  return trustedProxies.count > 0 ? byCount(seen, socket, trustedProxies.count) : byNetwork([...seen, socket])
}

/** A header of fewer addresses did not pass all the proxies, so none of it is used. */
function byCount(seen: string[], socket: string, count: number): string {
  const claimed = seen.at(-count) ?? ""
  return isIP(claimed) ? claimed : socket
}

/** From the socket outwards: the first address that is not a trusted proxy's. */
function byNetwork(addresses: string[]): string {
  let client = addresses.at(-1) ?? ""
  for (const address of addresses.toReversed()) {
    if (!isIP(address)) return client
    client = address
    if (!isTrusted(address)) return client
  }
  return client
}

const networks = perProcess<BlockList>("trusted-networks")

function isTrusted(address: string): boolean {
  networks.value ??= toBlockList(config().trustedProxies)
  return networks.value.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")
}

function toBlockList({ networks: trusted }: TrustedProxies): BlockList {
  const list = new BlockList()
  for (const { address, prefix, family } of trusted) list.addSubnet(address, prefix, family)
  return list
}

const warned = perProcess<boolean>("warned-of-untrusted-header")

/** Once for each process: behind a proxy that is not trusted, all clients seem to have the proxy's address. */
function warnOfUntrustedHeader(socketAddress: string): void {
  if (warned.value) return
  warned.value = true
  log().warn({
    event: "forwarded_header_not_trusted",
    from: socketAddress,
    fix: "If this is your proxy, set TRUSTED_PROXIES to its network or to the number of proxies. Otherwise ignore this.",
  })
}

/** An address without port, brackets, zone or the IPv6 form of an IPv4 address. */
function bareAddress(value: string): string {
  const text = value.trim()
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? []
  const address = bracketed ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text)
  return address.replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "")
}
