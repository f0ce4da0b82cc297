import { existsSync, readFileSync, rmSync, watch } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"

/** In bytes, after a garbage collection. */
export type Memory = { rss: number; heapUsed: number; external: number }

/** The settings of a server whose memory `measureMemory` can read. @param file to which the server writes it */
export const memorySettings = (file: string) => ({
  FUZZ_MEMORY_FILE: file,
  NODE_OPTIONS: `--import ${pathToFileURL(path.join(import.meta.dirname, "report-memory.mjs"))}`,
})

/** Makes the server collect its garbage, and reads how much memory it uses. */
export async function measureMemory(pid: number, file: string): Promise<Memory> {
  rmSync(file, { force: true })
  const written = new Promise<void>((resolve) => {
    const watcher = watch(path.dirname(file), () => {
      if (!existsSync(file)) return
      watcher.close()
      resolve()
    })
  })
  process.kill(pid, "SIGUSR1")
  await written
  return JSON.parse(readFileSync(file, "utf8")) as Memory
}

const mebibyte = 1024 * 1024

/** How much more memory the second half of a run may leave in use than the first. */
const allowedGrowth: Memory = { heapUsed: 12 * mebibyte, external: 12 * mebibyte, rss: 64 * mebibyte }

/** What has grown by more than is allowed. */
export function findGrowth(middle: Memory, end: Memory): string[] {
  return (["heapUsed", "external", "rss"] as const).flatMap((name) => {
    const grown = end[name] - middle[name]
    return grown > allowedGrowth[name] ? [`${name} has grown by ${Math.round(grown / mebibyte)} MiB`] : []
  })
}

export const formatMemory = ({ rss, heapUsed, external }: Memory) =>
  [`rss ${rss}`, `heap ${heapUsed}`, `external ${external}`]
    .map((part) => part.replace(/\d+$/, (bytes) => `${Math.round(Number(bytes) / mebibyte)} MiB`))
    .join(", ")
