import { perProcess } from "@/lib/per-process"

const ownServer = perProcess<boolean>("own server")

/** Marks this process as started by server.ts, not by `next start`. It then prepares itself, without instrumentation.ts. */
export function markOwnServer(): void {
  ownServer.value = true
}

/** Whether this process was started by server.ts. */
export function isOwnServer(): boolean {
  return ownServer.value === true
}
