import { perProcess } from "@/lib/per-process"

const serving = perProcess<boolean>("serving")

/** Says that this process is one of this project's server, and does by itself what instrumentation.ts does under Next alone. */
export function setServing(): void {
  serving.value = true
}

export function isServing(): boolean {
  return serving.value === true
}
