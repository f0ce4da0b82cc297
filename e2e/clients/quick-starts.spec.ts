import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { root } from "@/lib/testing/packages"
import { runCli } from "../fixtures/example"
import { remember } from "../fixtures/secrets"
import { expect, test } from "../fixtures/world"

const page = "docs/quick-starts.md"
const text = readFileSync(path.join(root, page), "utf8")

test("every excerpt of the quick starts is in the file that it names", () => {
  const excerpts = [...text.matchAll(/\bFrom\s+\[[^\]]+\]\(\.\.\/([^)]+)\):\n\n```\w+\n([\s\S]*?)```/g)]
  expect(excerpts.length).toBeGreaterThan(6)
  expect(excerpts).toHaveLength(text.match(/```[tj]s\n/g)?.length ?? 0)
  for (const [, file = "", excerpt = ""] of excerpts) {
    expect(readFileSync(path.join(root, file), "utf8"), file).toContain(excerpt)
  }
})

test("every file that the quick starts name exists", () => {
  const links = [...text.matchAll(/\]\((\.\.\/[^)#]+)\)|\b(e2e\/[\w./-]+)/g)].map(
    ([, link, file]) => file ?? link ?? "",
  )
  expect(links.length).toBeGreaterThan(8)
  for (const link of links) {
    const file = link.startsWith("../") ? path.join(root, "docs", link) : path.join(root, link)
    expect(existsSync(file), link).toBe(true)
  }
})

test("every client of the quick starts can be registered with the command shown", async () => {
  const commands = [...text.matchAll(/npm run -s cli -- (client create .*)/g)].map(([, command = ""]) => command)
  expect(commands).toHaveLength(3)
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")
    const client = await runCli<{ client_id: string; client_secret?: string; token_endpoint_auth_method: string }>(
      ...words,
    )
    remember(client.client_secret)
    expect(client.token_endpoint_auth_method).toBe(command.includes("--public") ? "none" : "client_secret_basic")
  }
})
