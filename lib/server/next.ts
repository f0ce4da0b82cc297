import http from "node:http"
import { config } from "@/lib/config"
import { root } from "./project"

/** Answers a request whose forwarding headers are true (`overwriteForwardingHeaders`). */
export type NextHandler = (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => Promise<void>

/**
 * Loads Next in this process.
 * @returns the handler, and the server to which WebSockets are handed in development
 */
export async function loadNext({ dev }: { dev: boolean }): Promise<{ handle: NextHandler; webSockets: http.Server }> {
  // Next takes WebSockets (the reload in development) from the server it is given, and leaves open those that it does
  // not know. This one listens nowhere: development hands them over, production takes none.
  const webSockets = http.createServer()
  const { default: next } = await import("next")
  const app = next({ dev, dir: root, hostname: "localhost", port: config().PORT, httpServer: webSockets, quiet: !dev })
  await app.prepare()
  return { handle: app.getRequestHandler(), webSockets }
}
