import { expect, test } from "vitest"
import { insertFailedSignIn } from "@/lib/data/audit-events"
import { insertBrowserSession } from "@/lib/data/browser-sessions"
import { readDevice } from "@/lib/http/device"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { listHistory } from "./history"

describeOnEachDatabase("the history of an account", () => {
  test("has failed sign-ins in a row as one entry, which takes no place of other events", async () => {
    const user = await storeUser()
    const signIn = (minutes: number) =>
      insertBrowserSession(user.id, {
        tokenHash: hashToken(generateToken()),
        authenticatedAt: inMinutes(minutes),
        expiresAt: inMinutes(60),
        previousTokenHash: null,
      })
    await signIn(-60)
    await signIn(-50)
    for (let i = 0; i < 20; i++) await insertFailedSignIn(user.email, inMinutes(-40 + i), {})
    await signIn(-10)
    await insertFailedSignIn(user.email, inMinutes(-5), {})
    const shown = async (limit: number) =>
      (await listHistory(user.id, limit)).map(({ kind, count }) => `${kind} ${count}`)
    expect(await shown(2)).toEqual(["sign_in_failed 1", "signed_in 1", "sign_in_failed 20", "signed_in 1"])
    expect(await shown(10)).toHaveLength(5)
  })
})

test("names only browsers and systems that exist, whatever a stranger sends as User-Agent", () => {
  const read = (userAgent: string) => readDevice({ header: () => userAgent } as never)
  expect(read("Security notice: sign in at evil.example/1.0 (x)")).toEqual({ browser: null, os: null })
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
  expect(read(firefox)).toEqual({ browser: "Firefox", os: "Linux" })
})
