// Loaded into the server with --import: at SIGUSR1 it collects garbage and writes the memory in use to a file.
import { renameSync, writeFileSync } from "node:fs"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { isMainThread } from "node:worker_threads"

const file = process.env.FUZZ_MEMORY_FILE
if (isMainThread && file) {
  setFlagsFromString("--expose-gc")
  const collectGarbage = runInNewContext("gc")
  process.on("SIGUSR1", () => {
    for (let i = 0; i < 3; i++) collectGarbage()
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()))
    renameSync(`${file}.new`, file)
  })
}
