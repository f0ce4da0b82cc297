import http from "node:http"
import { isIPv6 } from "node:net"
import { config } from "@/lib/config"
import { root } from "./project"

/** Answers a request, whose headers say the truth about who asks (`setClientIdentity`). */
export type PageHandler = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => Promise<void>

/**
 * Loads Next, which answers with pages, and with a 404 for what is none.
 * @param hosts the addresses that the server listens on
 * @returns the handler, and the server to which WebSockets are handed in development
 */
export async function loadPages(
  hosts: string[],
  dev: boolean,
): Promise<{ handle: PageHandler; webSockets: http.Server }> {
  const { PORT } = config()
  // Next takes WebSockets (the reload in development) from the server it is given, and leaves open those that it does
  // not know. This one listens nowhere: development hands them over, production takes none.
  const webSockets = http.createServer()
  const { default: next } = await import("next")
  const app = next({ dev, dir: root, hostname: "localhost", port: PORT, httpServer: webSockets, quiet: !dev })
  await app.prepare()
  // After a server action Next's server fetches the page that it redirects to. It is to ask this server for it, not the
  // issuer's public address.
  process.env.__NEXT_PRIVATE_ORIGIN = `http://${findOwnHost(hosts)}:${PORT}`
  return { handle: app.getRequestHandler(), webSockets }
}

/** A host by which this server reaches itself. */
function findOwnHost([host = "localhost"]: string[]): string {
  if (host === "::" || host === "0.0.0.0") return "localhost"
  return isIPv6(host) ? `[${host}]` : host
}
