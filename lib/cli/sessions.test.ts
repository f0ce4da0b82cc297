import { expect, test } from "vitest"
import { findSession } from "@/lib/data/sessions"
import { runCommand, runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeSession, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"

describeOnEachDatabase("sessions list", () => {
  test("shows the email address, the client's name, and which codes were not redeemed", async () => {
    const owner = {
      user: await storeUser({ email: "ada@example.com" }),
      client: await storeClient({ clientName: "Shop" }),
    }
    const waiting = await storeSession(owner)
    const expired = await storeSession(owner, { expiresAt: inMinutes(-1) })
    const active = await storeStartedSession(owner)

    const { stdout } = await runCommand("sessions", "list")
    const lineOf = (id: string) => stdout.split("\n").find((line) => line.startsWith(id))
    expect(stdout).toMatch(/^SESSION +USER +CLIENT +STATE +STARTED +SCOPE\n/)
    expect(lineOf(waiting.id)).toMatch(/ada@example\.com +Shop +code not redeemed +\d{4}-/)
    expect(lineOf(expired.id)).toMatch(/ada@example\.com +Shop +expired, code not redeemed +\d{4}-/)
    expect(lineOf(active.id)).toMatch(/ada@example\.com +Shop +active +\d{4}-/)

    const { sessions } = await runForJson<{ sessions: { sid: string }[] }>("sessions", "list")
    expect(sessions.find(({ sid }) => sid === waiting.id)).toMatchObject({
      sub: owner.user.id,
      email: "ada@example.com",
      client_id: owner.client.clientId,
      client_name: "Shop",
      state: "code_issued",
      started_at: null,
    })
  })
})

describeOnEachDatabase("sessions revoke --all", () => {
  const all = ["sessions", "revoke", "--all", "--before"]

  test("revokes every session that was created before a time, after a confirmation", async () => {
    const owner = { user: await storeUser(), client: await storeClient() }
    const started = await storeStartedSession(owner)
    const waiting = await storeSession(owner)
    const moment = new Date().toISOString()
    const unconfirmed = await runCommand(...all, moment)
    expect([unconfirmed.exitCode, unconfirmed.stderr]).toEqual([2, expect.stringContaining("Add --yes")])
    expect(await findSession(started.id)).toMatchObject({ revokedAt: null })

    expect((await runCommand(...all, inMinutes(-60).toISOString(), "--yes")).stdout).toMatch(/^Revoked 0 sessions /)
    expect(await runForJson(...all, moment, "--yes")).toEqual({ revoked: 2 })
    for (const { id } of [started, waiting]) {
      expect(await findSession(id)).toMatchObject({ revokedReason: "revoked_by_operator" })
    }
  })

  test("is refused without a time, with a time in the future, and together with a user", async () => {
    const attempts = [
      ["sessions", "revoke", "--all", "--yes"],
      ["sessions", "revoke", "--before", "2026-11-01", "--yes"],
      [...all, "yesterday", "--yes"],
      [...all, new Date(Date.now() + 60_000).toISOString(), "--yes"],
      [...all, "2026-11-01", "--user", "ada@example.com", "--yes"],
      ["browser-sessions", "end", "--yes"],
      ["browser-sessions", "end", "ada@example.com", "--all", "--before", "2026-11-01", "--yes"],
    ]
    for (const args of attempts) expect((await runCommand(...args)).exitCode, args.join(" ")).toBe(2)
    expect(await runForJson("browser-sessions", "end", "--all", "--before", "2026-11-01", "--yes")).toEqual({
      ended: 0,
    })
  })
})
