import { expect, test } from "vitest"
import { runCommand, runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"

describeOnEachDatabase("audit", () => {
  test("lists events by user and kind, and refuses what is not a time", async () => {
    const user = await storeUser({ email: "ada@example.com" })
    await runForJson("user", "update", user.email, "--name", "Ada")
    const list = (...options: string[]) => runForJson<{ events: object[] }>("audit", "list", ...options)
    expect((await list("--user", user.email)).events).toEqual([
      expect.objectContaining({ event: "user_updated", actor: "operator", sub: user.id }),
      expect.objectContaining({ event: "user_created", actor: "operator", sub: user.id }),
    ])
    expect((await list("--kind", "user_updated", "--user", user.id)).events).toHaveLength(1)
    expect((await list("--until", "2000-01-01")).events).toEqual([])
    await expect(list("--since", "yesterday")).rejects.toThrow("--since must be a time")
  })

  test("exports one JSON object per line, the oldest first", async () => {
    const { stdout } = await runCommand("audit", "export", "--kind", "user_created")
    const lines = stdout.split("\n").filter(Boolean)
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["user_created"])
  })
})
