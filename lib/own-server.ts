import { perProcess } from "@/lib/per-process"

const serving = perProcess<boolean>("serving")

/** Says that this process is one of this project's server, and does by itself what instrumentation.ts does under Next alone. */
export function markOwnServer(): void {
  serving.value = true
}

export function isOwnServer(): boolean {
  return serving.value === true
}
