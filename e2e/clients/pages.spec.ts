import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { root } from "@/lib/testing/packages"
import { runCli } from "../fixtures/example"
import { remember } from "../fixtures/secrets"
import { expect, test } from "../fixtures/world"

// The pages in docs/clients: what they quote and name must exist.

const files = readdirSync(path.join(root, "docs/clients")).map((name) => `docs/clients/${name}`)
const pages = files.map((file) => ({
  folder: path.join(root, path.dirname(file)),
  text: readFileSync(path.join(root, file), "utf8"),
}))

test("every excerpt of the pages is in the file that it names", () => {
  let count = 0
  for (const { folder, text } of pages) {
    const excerpts = [...text.matchAll(/\bFrom\s+\[[^\]]+\]\((\.\.\/[^)]+)\):\n\n```\w+\n([\s\S]*?)```/g)]
    const quoted = text.match(/\bFrom\s+\[[^\n]*\n\n```\w+\n|```ts\n/g) ?? []
    expect(excerpts).toHaveLength(quoted.length)
    for (const [, file = "", excerpt = ""] of excerpts) {
      expect(readFileSync(path.join(folder, file), "utf8"), file).toContain(excerpt)
    }
    count += excerpts.length
  }
  expect(count).toBeGreaterThan(15)
})

test("every file that the pages name exists", () => {
  for (const { folder, text } of pages) {
    const links = [...text.matchAll(/\]\(((?:\.\.\/)?[^):#]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) =>
      path.join(folder, link),
    )
    const named = [...text.matchAll(/\b((?:e2e|examples)\/[\w./-]+\.ts)\b/g)].map(([, file = ""]) =>
      path.join(root, file),
    )
    for (const file of [...links, ...named]) expect(existsSync(file), file).toBe(true)
  }
})

test("every client of the pages can be registered with the command shown", async () => {
  const texts = pages.map(({ text }) => text).join("\n")
  const commands = [...texts.matchAll(/npm run -s cli -- (client create .*)/g)].map(([, command = ""]) => command)
  expect(commands.length).toBeGreaterThan(8)
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")
    const client = await runCli<{ client_id: string; client_secret?: string; token_endpoint_auth_method: string }>(
      ...words,
    )
    remember(client.client_secret)
    expect(client.token_endpoint_auth_method).toBe(command.includes("--public") ? "none" : "client_secret_basic")
  }
})
