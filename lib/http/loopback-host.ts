import { config } from "@/lib/config"

/**
 * Whether the Host header is a name of this machine. Otherwise, a page that is open to everyone on this machine could be read by
 * a foreign page through its own name that resolves to 127.0.0.1 (DNS rebinding).
 */
export function isLoopbackHost(host: string | null): boolean {
  if (host === null || !URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return ["localhost", "127.0.0.1", "[::1]", new URL(config().issuer).hostname].includes(hostname)
}
