import { isIP } from "node:net"

/** An address range in CIDR notation. */
export type Network = { address: string; prefix: number; family: "ipv4" | "ipv6" }

/** The proxies whose X-Forwarded-For is used: their number or their networks. `count` 0 without networks is no proxy. */
export type TrustedProxies = { count: number; networks: Network[] }

const maxCount = 10

/**
 * Parses TRUSTED_PROXIES: a number of proxies, or addresses and networks separated by commas.
 * @returns null when it is neither
 */
export function parseTrustedProxies(text: string): TrustedProxies | null {
  if (/^\d+$/.test(text)) return Number(text) <= maxCount ? { count: Number(text), networks: [] } : null
  const networks = parseNetworks(text)
  return networks && { count: 0, networks }
}

/** Parses addresses and networks separated by commas. @returns null when one is neither */
export function parseNetworks(text: string): Network[] | null {
  const networks = text.split(",").map((part) => parseNetwork(part.trim()))
  return networks.every((network) => network !== null) ? networks : null
}

function parseNetwork(text: string): Network | null {
  const [address = "", prefix, ...rest] = text.split("/")
  const version = isIP(address)
  if (version === 0 || rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null
  const bits = version === 6 ? 128 : 32
  const length = prefix === undefined ? bits : Number(prefix)
  return length <= bits ? { address, prefix: length, family: version === 6 ? "ipv6" : "ipv4" } : null
}
