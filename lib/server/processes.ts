import { type ChildProcess, fork } from "node:child_process"
import cluster from "node:cluster"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { log } from "@/lib/log"
import { OperatorError } from "@/lib/operator-errors"
import { root } from "./project"

/** What a process of the server is for. The first one starts the others and replaces those that end. */
export type Role = { name: "first" } | ChildRole

/** Endpoints: answers them, and hands on what is for the pages. */
export type ChildRole = { name: "endpoints" | "pages"; hosts: string[]; pagesSocket: string }

/** A process that ends sooner than this after its start, in milliseconds, is not started again at once. */
const shortLifeMs = 5_000

/** What a process tells the first one when it serves. */
const readyMessage = "ready"

/** What `npm run build` has compiled runs all processes but the first, however that was started. */
const script = path.join(root, "lib/server/launch.mjs")

export function findRole(): Role {
  const { OAUTH_FLOW_ROLE: name, OAUTH_FLOW_HOSTS = "", OAUTH_FLOW_PAGES_SOCKET = "" } = process.env
  if (name !== "endpoints" && name !== "pages") return { name: "first" }
  return { name, hosts: OAUTH_FLOW_HOSTS.split(","), pagesSocket: OAUTH_FLOW_PAGES_SOCKET }
}

/** Tells the first process that this one serves. */
export function reportReady(): void {
  process.send?.(readyMessage)
}

/** Where the process with the pages listens: a place that other users of the machine cannot reach. */
export function makePagesSocket(): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\oauth-flow-${randomBytes(16).toString("hex")}`
  // A folder for this user alone. The path of a socket may have about a hundred characters.
  const folder = makeFolder(path.join(os.tmpdir(), "oauth-flow-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, "pages")
}

function makeFolder(prefix: string): string {
  try {
    return mkdtempSync(prefix)
  } catch {
    throw new OperatorError(`No folder can be made at ${prefix}…. Set TMPDIR to one that this user can write in.`)
  }
}

/** A process of the server that is kept running. */
export type Supervised = {
  /** Resolves when it serves for the first time. @throws OperatorError when it ends before that; it has said why */
  ready: Promise<void>
  /** Lets it finish its open requests, and resolves when it has ended. */
  stop(): Promise<void>
}

/** Starts the process of a role, and another one each time that it ends. */
export function supervise(role: ChildRole): Supervised {
  let child = startChild(role)
  let stopping = false
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message) => message === readyMessage && resolve())
    onEnd(child, () => reject(new OperatorError("The server did not start: see what stands above.")))
  })
  const keepUp = (startedAt: number) =>
    onEnd(child, (code, signal) => {
      if (stopping) return
      log().error({ event: "process_ended", role: role.name, pid: child.pid, code, signal })
      const wait = Date.now() - startedAt < shortLifeMs ? shortLifeMs : 0
      setTimeout(() => {
        if (stopping) return
        child = startChild(role)
        keepUp(Date.now())
      }, wait)
    })
  ready.then(
    () => keepUp(Date.now()),
    () => undefined,
  )
  return {
    ready,
    stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
      child.kill("SIGTERM")
      return ended
    },
  }
}

/** Calls back once, when a process has ended or could not be started at all. */
function onEnd(child: ChildProcess, listener: (code: number | null, signal: string | null) => void): void {
  let ended = false
  const once = (code: number | null, signal: string | null) => {
    if (!ended) listener(code, signal)
    ended = true
  }
  child.once("exit", once)
  child.on("error", () => once(null, null))
}

/** Processes with endpoints share the server's port, whose connections the first process deals out among them. */
function startChild({ name, hosts, pagesSocket }: ChildRole): ChildProcess {
  const env = { OAUTH_FLOW_ROLE: name, OAUTH_FLOW_HOSTS: hosts.join(","), OAUTH_FLOW_PAGES_SOCKET: pagesSocket }
  if (name === "pages") return fork(script, { cwd: root, execArgv: [], env: { ...process.env, ...env } })
  cluster.setupPrimary({ exec: script, execArgv: [] })
  const worker = cluster.fork(env)
  // It repeats its process's, which onEnd hears.
  worker.on("error", () => undefined)
  return worker.process
}
