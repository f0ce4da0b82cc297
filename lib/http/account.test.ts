import { beforeEach, describe, expect, test } from "vitest"
import { callbackPath } from "@/lib/authorization/interaction"
import { secondsFromNow } from "@/lib/clock"
import { insertPasskey } from "@/lib/data/passkeys"
import { deleteUser, type User } from "@/lib/data/users"
import { hashToken } from "@/lib/protocol/random"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { postedBy, testOrigin } from "@/lib/testing/posted-form"
import { storeUser } from "@/lib/testing/rows"
import { accountForm, isByPasskey } from "./account"
import { redirect } from "./responses"

describeOnEachDatabase(
  "a form of the account",
  () => {
    let user: User
    beforeEach(async () => {
      user = await storeUser()
    })

    async function post(page: string, token: string, body = "password=x"): Promise<string | undefined> {
      const { POST } = accountForm(page, async () => redirect("/done"), { recent: true })
      return (await POST.handle(postedBy(token, body))).headers.Location
    }

    test("leads to the sign-in page when the account is deleted while the form is processed", async () => {
      const { token } = await startBrowserSession(user.id, null)
      const { POST } = accountForm("/account/password", async (_form, signedIn) => {
        await deleteUser(user, null, {})
        await startBrowserSession(signedIn.user.id, null)
        return redirect("/account")
      })
      const { status, headers } = await POST.handle(postedBy(token, "password=x"))
      expect([status, headers.Location]).toEqual([303, `${testOrigin}/sign-in?next=%2Faccount%2Fpassword`])
    })

    test("for a sensitive change needs a sign-in of the last ten minutes", async () => {
      const sessionFrom = (minutes: number) => startBrowserSession(user.id, null, secondsFromNow(minutes * 60))
      expect(await post("/account/email", (await sessionFrom(-8)).token)).toBe(`${testOrigin}/done`)
      expect(await post("/account/email", (await sessionFrom(-11)).token)).toBe(
        `${testOrigin}/sign-in?next=%2Faccount%2Femail`,
      )
      expect(await post("/account/email", "no token")).toBe(`${testOrigin}/sign-in?next=%2Faccount%2Femail`)
    })

    test("that is a step of an authorization leads back to it", async () => {
      const { token } = await startBrowserSession(user.id, null, secondsFromNow(-11 * 60))
      expect(await post("/account/totp", token, "state=a-state-token")).toBe(
        `${testOrigin}${callbackPath("a-state-token")}`,
      )
    })

    describe("of a User with a passkey", () => {
      beforeEach(async () => {
        const { token } = await startBrowserSession(user.id, null)
        const facts = { publicKey: "", counter: 0, transports: "", singleDevice: false, name: "Phone" }
        const passkey = { id: token, userId: user.id, createdAt: new Date(), ...facts }
        const event = { userId: user.id, kind: "passkey_added", at: new Date() } as const
        await insertPasskey(passkey, { tokenHash: hashToken(token), amr: "swk user mfa" }, { event, mail: null })
      })

      test.each(["/account/passkeys", "/account/providers", "/account/recovery-codes", "/account/totp"])(
        "%s needs the passkey: a password is not enough",
        async (page) => {
          const [byPassword, byPasskey] = [["pwd"], ["swk", "user", "mfa"]].map((amr) =>
            startBrowserSession(user.id, null, new Date(), { amr }),
          )
          expect(await post(page, (await byPassword)?.token ?? "")).toContain(`${testOrigin}/sign-in`)
          expect(await post(page, (await byPasskey)?.token ?? "")).toBe(`${testOrigin}/done`)
          const { token } = await startBrowserSession(user.id, null)
          expect(await post("/account/email", token)).toBe(`${testOrigin}/done`)
        },
      )
    })
  },
  { LOG_LEVEL: "silent" },
)

test.each([
  [["swk", "user", "mfa"], true],
  [["hwk", "user", "mfa"], true],
  [["pwd", "swk", "user", "mfa"], false],
  [["fed", "hwk", "user", "mfa"], false],
  [["pwd", "otp", "mfa"], false],
])("a sign-in by %j takes the place of the password: %j", (amr, expected) => {
  expect(isByPasskey(amr)).toBe(expected)
})
