import http from "node:http"
import { isIPv6 } from "node:net"
import { prepare } from "@/lib/boot"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { log } from "@/lib/log"
import { findEndpoint } from "./endpoints"
import { listen, probePort, type UpgradeListener } from "./listen"
import { fromIncoming, send } from "./node-exchange"
import { exitWithProblem } from "./problem"
import { assignedHosts, reportReady, startProcesses } from "./processes"
import { root } from "./project"
import { findTarget, setClientIdentity } from "./request-identity"

/** How long open requests may take to finish, in seconds, before they are cut off. */
const graceSeconds = 10

/**
 * Starts the server, in as many processes as PROCESSES says, and stops it at SIGTERM or SIGINT.
 * @param options.dev with reload, and without a build
 * @param options.hosts the addresses to listen on
 * @throws ConfigError, OperatorError, and what the database's drivers throw
 */
export async function start({ dev, hosts = [config().HOST] }: { dev: boolean; hosts?: string[] }): Promise<void> {
  const { PORT, PROCESSES, issuer } = config()
  const assigned = assignedHosts()
  if (assigned) {
    await serveUntilSignal(assigned, dev)
    return reportReady()
  }
  const present = await probePort(hosts, PORT)
  await prepare()
  if (dev || PROCESSES === 1) await serveUntilSignal(present, dev)
  else {
    const processes = await startProcesses(PROCESSES, present)
    // The processes have as long, and this one sees them end.
    stopAtSignal(processes.stop, graceSeconds + 1)
  }
  console.log(`OAuth Flow is ready at ${issuer}`)
}

async function serveUntilSignal(hosts: string[], dev: boolean): Promise<void> {
  await prepare()
  const server = await serve(hosts, dev)
  stopAtSignal(
    async () => {
      await server.close()
      await closeDatabase()
    },
    dev ? 0.5 : graceSeconds,
  )
}

/** Answers requests in this process. */
async function serve(hosts: string[], dev: boolean): Promise<{ close: () => Promise<void> }> {
  const { PORT, ENDPOINTS_THROUGH_NEXT } = config()
  // The endpoints answer while the pages are still being loaded; whoever asks for a page waits for them.
  const pages = startNext(hosts, dev)
  // In development Next compiles the handlers anew when they change.
  const direct = !dev && !ENDPOINTS_THROUGH_NEXT

  const listener: http.RequestListener = (incoming, outgoing) => {
    const target = findTarget(incoming.url)
    if (target === null) return void outgoing.writeHead(400).end()
    const handle = direct ? findEndpoint(incoming.method, target.path) : null
    const done = handle
      ? handle(fromIncoming(incoming, target)).then((answer) => send(answer, outgoing))
      : pages.then(({ handlePage }) => handlePage(incoming, outgoing, target.whole))
    done.catch((error) => fail(incoming, outgoing, error))
  }
  const onUpgrade: UpgradeListener = (...upgrade) =>
    void pages.then(({ webSockets }) => webSockets.emit("upgrade", ...upgrade))
  const server = await listen(listener, hosts, PORT, dev ? onUpgrade : undefined)
  await pages
  return server
}

type Pages = {
  handlePage(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: string): Promise<void>
  webSockets: http.Server
}

async function startNext(hosts: string[], dev: boolean): Promise<Pages> {
  const { PORT, TRUSTED_PROXIES, issuer } = config()
  // Next takes WebSockets (the reload in development) from the server it is given, and leaves open those that it does
  // not know. This one listens nowhere: development hands them over, production takes none.
  const webSockets = http.createServer()
  const { default: next } = await import("next")
  const app = next({ dev, dir: root, hostname: "localhost", port: PORT, httpServer: webSockets, quiet: !dev })
  await app.prepare()
  // After a server action Next's server fetches the page that it redirects to. It is to ask this process for it, not the
  // issuer's public address.
  process.env.__NEXT_PRIVATE_ORIGIN = `http://${findOwnHost(hosts)}:${PORT}`
  const toNext = app.getRequestHandler()
  const trust = { trustedProxies: TRUSTED_PROXIES, issuer: new URL(issuer) }
  return {
    async handlePage(incoming, outgoing, target) {
      // Next makes a Request of it, and there is none of this method (Fetch section 2.2.1, "forbidden method").
      if (incoming.method === "TRACE") return void outgoing.writeHead(501).end()
      incoming.url = target
      setClientIdentity(incoming.headers, incoming.socket.remoteAddress, trust)
      await toNext(incoming, outgoing)
    },
    webSockets,
  }
}

/** A host by which this process reaches itself. */
function findOwnHost([host = "localhost"]: string[]): string {
  if (host === "::" || host === "0.0.0.0") return "localhost"
  return isIPv6(host) ? `[${host}]` : host
}

/** The last resort: Next answers for the errors of pages and handlers itself. */
function fail({ method, url }: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  // The name alone: a message may hold a value.
  const problem = error instanceof Error ? error.name : "unknown"
  log().error({ event: "request_failed", method, path: url?.split("?")[0], problem })
  if (!response.headersSent) response.writeHead(500)
  response.end()
}

/** @param graceSeconds how long open requests may take to finish, before they are cut off */
function stopAtSignal(stop: () => Promise<void>, graceSeconds: number): void {
  let stopping = false
  const onSignal = () => {
    // A terminal sends Ctrl-C to npm and to this process, and npm passes it on: one press may arrive twice.
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(0), graceSeconds * 1000)
    stop().then(() => process.exit(0), exitWithProblem)
  }
  process.on("SIGTERM", onSignal)
  process.on("SIGINT", onSignal)
  if (process.env.npm_lifecycle_event) onOrphaned(onSignal)
}

/** At SIGTERM, npm ends the shell that it runs a script in, and the shell ends without a word to its child. */
function onOrphaned(listener: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && listener(), 500).unref()
}
