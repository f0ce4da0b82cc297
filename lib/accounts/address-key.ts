import { isIPv6 } from "node:net"

/** One connection has 2^64 IPv6 addresses, so all with the same first four groups are counted as one. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = "", tail] = groups.split("::")
  const before = head.split(":").filter(Boolean)
  const after = tail?.split(":").filter(Boolean) ?? []
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0")
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`
}
