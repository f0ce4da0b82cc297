import type { IncomingHttpHeaders } from "node:http"
import { BlockList, isIP } from "node:net"
import { config } from "@/lib/config"
import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"
import { generateToken } from "@/lib/protocol/random"
import type { TrustedProxies } from "@/lib/trusted-proxies"

/** Headers by which a proxy, or Next itself, addresses the next server. A client must not set them. */
const forwardingHeaders =
  /^(forwarded|x-real-ip|x-forwarded-.*|x-middleware-.*|x-nextjs-data|next-router-state-tree|x-matched-path|x-now-.*)$/

/**
 * Overwrites the forwarding headers with the real client address and the issuer's host. Both entry points call it before
 * anything else reads the request, so that what they serve can rely on `x-forwarded-for`.
 * @param headers the request's headers, changed in place
 * @param socketAddress the address at the other end of the connection
 */
export function overwriteForwardingHeaders(headers: IncomingHttpHeaders, socketAddress: string | undefined): void {
  const address = findClientAddress(headers["x-forwarded-for"], socketAddress)
  const { host, protocol } = new URL(config().issuer)
  for (const name of Object.keys(headers)) {
    if (forwardingHeaders.test(name)) delete headers[name]
  }
  headers["x-forwarded-for"] = address
  headers[checkedHeader] = checkedMark()
  headers["x-forwarded-host"] = host
  headers["x-forwarded-proto"] = protocol.slice(0, -1)
  headers.host = host
}

/** Marks requests whose forwarding headers were overwritten: Next serves before instrumentation.ts has run. */
const checkedHeader = "x-oauth-flow-checked"
const mark = perProcess<string>("checked-mark")

function checkedMark(): string {
  mark.value ??= generateToken()
  return mark.value
}

/** The client's address as Next passes it on; "unknown" when this process did not decide it. @param header reads one */
export function readClientAddress(header: (name: string) => string | null): string {
  return (header(checkedHeader) === checkedMark() && header("x-forwarded-for")) || "unknown"
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
