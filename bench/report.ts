// npm run bench:report -- FILE…: reads files written by `npm run bench -- --json FILE`, prints their tables, and draws the
// ratios of the first file in docs/images/bench.svg.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { parseArgs } from "node:util"
import { root } from "@/lib/testing/packages"
import { drawRatios } from "./picture"
import type { Results } from "./results"
import { formatResults } from "./table"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    picture: { type: "string", default: path.join(root, "docs/images/bench.svg") },
    concurrency: { type: "string", default: "16" },
  },
})
const [first, ...others] = positionals.map((file) => JSON.parse(readFileSync(file, "utf8")) as Results)
if (!first) {
  console.error("npm run bench:report -- FILE… [--picture FILE] [--concurrency 16]")
  process.exitCode = 1
} else {
  console.log([first, ...others].map(formatResults).join("\n\n---\n\n"))
  mkdirSync(path.dirname(values.picture), { recursive: true })
  writeFileSync(values.picture, drawRatios(first, Number(values.concurrency)))
  console.error(`… ${values.picture}`)
}
