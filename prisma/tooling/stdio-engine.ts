// A schema engine for Prisma's CLI, with JSON-RPC on stdin and stdout, for tests where the engine's binary cannot be
// downloaded. It passes each request to the same engine as WebAssembly.
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { openEngine } from "./schema-diff"

const { DATABASE_URL: url = "" } = process.env
const schema = url.startsWith("file:") ? "prisma/schema.prisma" : "lib/data/generated/postgres.prisma"
const { engine, close } = await openEngine(url, readFileSync(schema, "utf8"))
const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)

for await (const line of createInterface(process.stdin)) {
  const { id, method, params } = JSON.parse(line)
  // The other lines are the CLI's responses to "print".
  if (method !== "diff") continue
  const result = await engine.diff(params)
  if (result.stdout) send({ id: `print-${id}`, method: "print", params: { content: result.stdout } })
  send({ id, result })
}
await close()
