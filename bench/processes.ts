import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import http from "node:http"
import { root } from "@/lib/testing/packages"
import { cores, nodeCommand } from "./pinning"
import { median } from "./results"

export type ServerCommand = {
  /** Node's arguments. */
  args: string[]
  /** Its environment, except PATH and HOME. */
  env: Record<string, string>
  /** The working directory; this project by default. */
  folder?: string
  /** Polled until it returns 200. */
  discoveryUrl: string
  logFile: string
  /** The processor to pin it to; the servers' by default, null for all. */
  core?: number | null
}

export type ServerProcess = {
  /** Milliseconds from the start of the process to the first 200 from the discovery document. */
  coldStartMs: number
  /** Resident memory of the process and its children, in bytes; 0 where `ps` is missing. */
  memory(): number
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>
}

const startSeconds = 60

/** Starts a server. @throws Error with the end of its log when it does not become ready */
async function startProcess({
  args,
  env,
  folder = root,
  discoveryUrl,
  logFile,
  core = cores.servers,
}: ServerCommand): Promise<ServerProcess> {
  const log = openSync(logFile, "a")
  const [command, commandArgs] = nodeCommand(args, core)
  const { PATH, HOME, TMPDIR } = process.env
  const started = performance.now()
  const child = spawn(command, commandArgs, {
    cwd: folder,
    stdio: ["ignore", log, log],
    env: { PATH, HOME, TMPDIR, NODE_ENV: "production", ...env },
  })
  closeSync(log)
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  // The server must not outlive this process.
  const killNow = () => void child.kill("SIGKILL")
  process.once("exit", killNow)
  exited.then(() => process.off("exit", killNow))
  while (!(await answers(discoveryUrl))) {
    if (child.exitCode !== null || performance.now() - started > startSeconds * 1000) {
      killNow()
      throw new Error(`${args.at(-1)} did not become ready:\n${readFileSync(logFile, "utf8").slice(-4000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return {
    coldStartMs: performance.now() - started,
    memory: () => treeMemory(child),
    async stop() {
      const patience = setTimeout(killNow, 15_000)
      child.kill("SIGTERM")
      await exited
      clearTimeout(patience)
    },
  }
}

/**
 * Starts a server once, which creates its tables and keys, and then `times` more times.
 * @param setUp runs after the first start
 * @returns the running server with the median of the later starts, or of the first when `times` is 0
 */
export async function startRepeatedly(
  command: ServerCommand,
  times: number,
  setUp: () => void = () => undefined,
): Promise<ServerProcess> {
  let server = await startProcess(command)
  try {
    setUp()
  } catch (error) {
    await server.stop()
    throw error
  }
  if (times === 0) return server
  const starts: number[] = []
  while (starts.length < times) {
    await server.stop()
    server = await startProcess(command)
    starts.push(server.coldStartMs)
  }
  return { ...server, coldStartMs: median(starts) }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false, timeout: 5000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once("timeout", () => request.destroy())
    request.once("error", () => resolve(false))
  })
}

function treeMemory({ pid }: ChildProcess): number {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,rss="], { encoding: "utf8" })
  const rows = (stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/).map(Number))
  const sum = (parent: number | undefined): number =>
    rows.reduce((total, [, ppid, rss = 0], index) => total + (ppid === parent ? rss + sum(rows[index]?.[0]) : 0), 0)
  const own = rows.find(([id]) => id === pid)?.[2] ?? 0
  return (own + sum(pid)) * 1024
}
