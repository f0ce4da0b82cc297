import { rmSync } from "node:fs"
import type http from "node:http"
import os from "node:os"
import { keepHouse, prepare } from "@/lib/boot"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { startTelemetry, stopTelemetry } from "@/lib/flows/telemetry"
import { log } from "@/lib/log"
import { exitWithProblem, OperatorError } from "@/lib/operator-errors"
import { findEndpoint } from "./endpoints"
import { forwardTo } from "./forward"
import { closeServer, createServer, listen, probePort, type UpgradeListener } from "./listen"
import { fromIncoming, send } from "./node-exchange"
import { loadPages, type PageHandler } from "./pages"
import { findRole, makePagesSocket, reportReady, supervise } from "./processes"
import { findTarget, setClientIdentity } from "./request-identity"

/** How long open requests may take to finish, in seconds, before they are cut off. */
const graceSeconds = 10

/**
 * Starts the server, or the part of it that this process is for, and stops it at SIGTERM or SIGINT.
 * @param options.dev with reload, without a build, and all in one process
 * @param options.hosts the addresses to listen on
 * @throws ConfigError, OperatorError, and what the database's drivers throw
 */
export async function start({ dev, hosts = [config().HOST] }: { dev: boolean; hosts?: string[] }): Promise<void> {
  const role = findRole()
  process.env.OAUTH_FLOW_ROLE = role.name
  // The first process sees the others end.
  stopAtSignal(dev ? 0.5 : role.name === "first" ? graceSeconds + 1 : graceSeconds)
  if (role.name === "pages") await servePages(role.pagesSocket, role.hosts)
  else if (role.name === "endpoints") await serveEndpoints(role.hosts, role.pagesSocket)
  else {
    const present = await probePort(hosts, config().PORT)
    await prepare()
    keepHouse()
    await (dev ? serveInDevelopment(present) : serveAll(present))
    console.log(`OAuth Flow is ready at ${config().issuer}`)
  }
  reportReady()
}

/** The pages in a process of their own: making one takes the time of a hundred requests of clients. */
async function serveAll(hosts: string[]): Promise<void> {
  const { PROCESSES } = config()
  const pagesSocket = makePagesSocket()
  const role = { hosts, pagesSocket }
  // The endpoints answer while the pages are still being loaded; whoever asks for a page waits for them.
  const endpoints =
    PROCESSES > 1 ? Array.from({ length: PROCESSES }, () => supervise({ name: "endpoints", ...role })) : []
  stops.push(async () => void (await Promise.all(endpoints.map(({ stop }) => stop()))))
  if (PROCESSES === 1) await serveEndpoints(hosts, pagesSocket)
  const pages = supervise({ name: "pages", ...role })
  // After the others, which may have a request for it still.
  stops.push(pages.stop)
  await Promise.all([pages, ...endpoints].map(({ ready }) => ready))
}

async function serveEndpoints(hosts: string[], pagesSocket: string): Promise<void> {
  await prepare()
  await startTelemetry()
  const pages = forwardTo(pagesSocket)
  // They would keep the server open until somebody closes their page.
  stops.push(async () => pages.endStreams())
  const server = await listen(answerWith(pages.handle, !config().ENDPOINTS_THROUGH_NEXT), hosts, config().PORT)
  stops.push(server.close)
}

async function servePages(socketPath: string, hosts: string[]): Promise<void> {
  // Where processors are short, clients' requests come before pages, of which each takes as long as a hundred of them.
  yieldProcessor(os.constants.priority.PRIORITY_BELOW_NORMAL)
  const { handle } = await loadPages(hosts, false)
  // Left behind by a process that did not end in order.
  if (process.platform !== "win32") rmSync(socketPath, { force: true })
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error) => fail(incoming, outgoing, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", () =>
      reject(new OperatorError(`No socket can be made at ${socketPath}. Set TMPDIR to another folder.`)),
    )
    server.listen(socketPath, resolve)
  })
  stops.push(() => closeServer(server))
}

function yieldProcessor(priority: number): void {
  try {
    os.setPriority(priority)
  } catch {
    // Some containers do not allow it.
  }
}

/** In development Next compiles the endpoints too, anew when they change. */
async function serveInDevelopment(hosts: string[]): Promise<void> {
  const { handle, webSockets } = await loadPages(hosts, true)
  const onUpgrade: UpgradeListener = (...upgrade) => void webSockets.emit("upgrade", ...upgrade)
  const server = await listen(answerWith(handle, false), hosts, config().PORT, onUpgrade)
  stops.push(server.close)
}

/** @param direct whether the endpoints are answered here, and not by Next */
function answerWith(handlePage: PageHandler, direct: boolean): http.RequestListener {
  const { TRUSTED_PROXIES, issuer } = config()
  const trust = { trustedProxies: TRUSTED_PROXIES, issuer: new URL(issuer) }

  function answerPage(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: string): Promise<void> {
    // Next makes a Request of it, and there is none of this method (Fetch section 2.2.1, "forbidden method").
    if (incoming.method === "TRACE") return Promise.resolve(void outgoing.writeHead(501).end())
    incoming.url = target
    setClientIdentity(incoming.headers, incoming.socket.remoteAddress, trust)
    return handlePage(incoming, outgoing)
  }

  return (incoming, outgoing) => {
    const target = findTarget(incoming.url)
    if (target === null) return void outgoing.writeHead(400).end()
    const handle = direct ? findEndpoint(incoming.method, target.path) : null
    const done = handle
      ? handle(fromIncoming(incoming, target)).then((answer) => send(answer, outgoing))
      : answerPage(incoming, outgoing, target.whole)
    done.catch((error) => fail(incoming, outgoing, error))
  }
}

/** The last resort, when the process with the pages cannot be had: pages and handlers answer for their own errors. */
function fail({ method, url }: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  // Whoever asked has gone.
  if (response.destroyed) return
  // The name alone: a message may hold a value.
  const problem = error instanceof Error ? error.name : "unknown"
  log().error({ event: "request_failed", method, path: url?.split("?")[0], problem })
  if (response.headersSent) return void response.destroy()
  response.writeHead(503, { "Retry-After": "5", "Content-Type": "text/plain", "Cache-Control": "no-store" })
  response.end("The server cannot answer this now. Try again in some seconds.\n")
}

/** What this process has to close, and whom it has to stop, before it ends; in this order. */
const stops: (() => Promise<void>)[] = []

async function stopAll(): Promise<void> {
  for (const stop of stops) await stop()
}

/** @param seconds how long that may take, before it ends all the same */
function stopAtSignal(seconds: number): void {
  let stopping = false
  const onSignal = () => {
    // A terminal sends Ctrl-C to npm and to this process, and npm passes it on: one press may arrive twice.
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(0), seconds * 1000)
    stopAll()
      .then(stopTelemetry)
      .then(closeDatabase)
      .then(() => process.exit(0), exitWithProblem)
  }
  process.on("SIGTERM", onSignal)
  process.on("SIGINT", onSignal)
  process.on("SIGHUP", onSignal)
  // The first process was killed.
  if (findRole().name !== "first") process.on("disconnect", onSignal)
  if (process.env.npm_lifecycle_event) onOrphaned(onSignal)
}

/** At SIGTERM, npm ends the shell that it runs a script in, and the shell ends without a word to its child. */
function onOrphaned(listener: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && listener(), 500).unref()
}
