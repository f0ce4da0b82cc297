import { expect, test } from "vitest"
import { runCommand, runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { inMinutes, storeClient, storeSession, storeStartedSession, storeUser } from "@/lib/testing/rows"

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
