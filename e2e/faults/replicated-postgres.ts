import type { ChildProcess } from "node:child_process"
import { execFileSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { findFreePort } from "@/lib/testing/free-port"
import { type Installed, initCluster, startCluster, stopProcess } from "@/lib/testing/postgres"
import { query } from "../fixtures/rows"
import { childrenOf } from "../fixtures/worker-processes"
import { expect } from "../fixtures/world"

/** Two Postgres servers: a primary whose commits wait for the replica, and that replica. */
export type ReplicatedPostgres = {
  primaryUrl: string
  replicaUrl: string
  /** Names both servers, the primary first. */
  databaseUrl: string
  /** Kills the processes of the primary with SIGKILL. */
  killPrimary(): Promise<void>
  /** Makes the primary refuse writes. Its connections stay open. */
  demotePrimary(): Promise<void>
  promoteReplica(): Promise<void>
  remove(): Promise<void>
}

const common = { listen_addresses: "127.0.0.1", unix_socket_directories: "" }

/** Starts both in a new folder. The replica begins as a copy of the empty cluster. */
export async function startReplicatedPostgres(installed: Installed): Promise<ReplicatedPostgres> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-replicated-"))
  const started: ChildProcess[] = []
  async function remove(): Promise<void> {
    await Promise.all(started.map(stopProcess))
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const password = randomBytes(16).toString("hex")
    const [primaryData, replicaData] = [
      initCluster(installed, { directory, password }),
      path.join(directory, "replica"),
    ]
    execFileSync("cp", ["-a", primaryData, replicaData])
    const signal = path.join(replicaData, "standby.signal")
    writeFileSync(signal, "")
    if (installed.owner) chownSync(signal, installed.owner.uid, installed.owner.gid)

    const [primaryPort, replicaPort] = [await findFreePort(), await findFreePort()]
    const urlOf = (hosts: string, name: string) => `postgres://postgres:${password}@${hosts}/${name}`
    const [primaryHost, replicaHost] = [`127.0.0.1:${primaryPort}`, `127.0.0.1:${replicaPort}`]
    const primary = await startCluster(installed, primaryData, primaryPort, {
      ...common,
      synchronous_standby_names: "*",
    })
    started.push(primary)
    const connection = `host=127.0.0.1 port=${primaryPort} user=postgres password=${password}`
    started.push(await startCluster(installed, replicaData, replicaPort, { ...common, primary_conninfo: connection }))
    const adminUrl = urlOf(primaryHost, "postgres")
    await expect
      .poll(async () => (await query("SELECT sync_state FROM pg_stat_replication", [], adminUrl))[0]?.sync_state)
      .toBe("sync")
    await query("CREATE DATABASE oauth_flow", [], adminUrl)
    const replicaUrl = urlOf(replicaHost, "oauth_flow")
    return {
      primaryUrl: urlOf(primaryHost, "oauth_flow"),
      replicaUrl,
      databaseUrl: `${urlOf(`${primaryHost},${replicaHost}`, "oauth_flow")}?target_session_attrs=read-write`,
      async killPrimary() {
        const ended = new Promise((resolve) => primary.once("exit", resolve))
        const children = childrenOf(primary.pid ?? 0)
        for (const pid of [primary.pid ?? 0, ...children]) killIfRunning(pid)
        await ended
      },
      async demotePrimary() {
        await query("ALTER SYSTEM SET default_transaction_read_only = on", [], adminUrl)
        await query("SELECT pg_reload_conf()", [], adminUrl)
      },
      async promoteReplica() {
        await query("SELECT pg_promote()", [], replicaUrl)
      },
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended with another one.
  }
}
