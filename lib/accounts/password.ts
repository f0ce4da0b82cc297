import { createHmac } from "node:crypto"
import path from "node:path"
import { Tinypool } from "tinypool"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

const cost = 12

/** More passwords are waiting to be checked than the queue holds. The caller should try again in some seconds. */
export class PasswordPoolBusyError extends Error {
  override name = "PasswordPoolBusyError"
}

const passwordPool = perProcess<Tinypool>("password pool")

function pool(): Tinypool {
  const { PASSWORD_WORKERS, PASSWORD_QUEUE, PROCESSES } = config()
  // The settings are for the server, and each of its processes has a pool.
  const share = (whole: number) => Math.ceil(whole / PROCESSES)
  passwordPool.value ??= new Tinypool({
    // Found from the project's root, because a bundle would not carry a worker's file along.
    filename: path.join(process.cwd(), "lib/accounts/bcrypt-worker.mjs"),
    runtime: "worker_threads",
    minThreads: 0,
    maxThreads: share(PASSWORD_WORKERS),
    maxQueue: share(PASSWORD_QUEUE),
    idleTimeout: 30_000,
  })
  return passwordPool.value
}

async function run<Result>(name: "hash" | "compare", task: object): Promise<Result> {
  try {
    return await pool().run(task, { name })
  } catch (error) {
    if (error instanceof Error && error.message === "Task queue is at limit") throw new PasswordPoolBusyError()
    throw error
  }
}

/**
 * bcrypt reads 72 bytes and stops at a NUL. To use every byte of a password, it is put through
 * HMAC-SHA-256 with a fixed, named key first, and the 44 characters of its base64 are what bcrypt sees.
 */
export function preHash(password: string): string {
  return createHmac("sha256", "oauth-flow password v1").update(password, "utf8").digest("base64")
}

/** Keyboards differ in how they send an accented letter, so a password is NFC first (RFC 8265 section 4.2.2). */
const normalize = (password: string) => password.normalize("NFC")

/** The bcrypt hash of a password, computed off the main thread. @throws PasswordPoolBusyError */
export async function hashPassword(password: string): Promise<string> {
  return run("hash", { password: preHash(normalize(password)), cost })
}

/** The hash of a password that no one knows, so that an unknown user costs the same time as a wrong password. */
const unknownHash = "$2b$12$cZGcTO5pV1XlLTONawsFpeUvjLwOi0uTopU/XCI.b63CeKgBc1SEW"

/**
 * Whether the password is the one behind the hash. Version 0.1 hashed passwords as they were typed, so one that is not NFC
 * is compared in that form too.
 * @param hash null for a user that does not exist: the answer is then no, after the same work as for a wrong password
 * @throws PasswordPoolBusyError
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  for (const form of new Set([normalize(password), password])) {
    const equal = await run<boolean>("compare", { password: preHash(form), hash: hash ?? unknownHash })
    if (equal) return hash !== null
  }
  return false
}

/** How many passwords wait for a thread of this process. */
export const passwordQueueSize = (): number => passwordPool.value?.queueSize ?? 0

/** Ends the worker threads, for a process that is done. */
export async function closePasswordPool(): Promise<void> {
  const running = passwordPool.value
  passwordPool.value = undefined
  await running?.destroy()
}
