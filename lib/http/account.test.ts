import { expect, test } from "vitest"
import { deleteUser } from "@/lib/data/users"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { accountForm } from "./account"
import { cookieName } from "./cookies"
import type { EndpointRequest } from "./exchange"
import { redirect } from "./responses"

describeOnEachDatabase(
  "a form of the account",
  () => {
    test("leads to the sign-in page when the account is deleted while the form is processed", async () => {
      const user = await storeUser()
      const { token } = await startBrowserSession(user.id, null)
      const headers: Record<string, string> = {
        cookie: `${cookieName("session")}=${token}`,
        origin: "https://login.example.com",
        "content-type": "application/x-www-form-urlencoded",
      }
      const request: EndpointRequest = {
        clientAddress: () => "192.0.2.1",
        path: "/account/password/submit",
        query: "",
        header: (name) => headers[name] ?? null,
        readBody: async () => Buffer.from("password=x"),
      }
      const { POST } = accountForm("/account/password", async (_form, signedIn) => {
        await deleteUser(user, null, {})
        await startBrowserSession(signedIn.user.id, null)
        return redirect("/account")
      })
      const { status, headers: sent } = await POST.handle(request)
      expect([status, sent.Location]).toEqual([303, "https://login.example.com/sign-in?next=%2Faccount%2Fpassword"])
    })
  },
  { LOG_LEVEL: "silent" },
)
