import { beforeEach, describe, expect, test } from "vitest"
import type { Client } from "@/lib/data/clients"
import { addConsent } from "@/lib/data/consents"
import { database } from "@/lib/data/database"
import type { User } from "@/lib/data/users"
import { makeAuthorization } from "@/lib/testing/authorization"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import type { AuthorizationRequest } from "./authorization-request"
import { findNextStep } from "./next-step"

describeOnEachDatabase("a consent that was given", () => {
  test("covers the same resource in another spelling, and no other", async () => {
    const client = await storeClient({ tokenEndpointAuthMethod: "client_secret_basic" })
    const user = await storeUser()
    const scope = ["openid", "email"]
    const resource = ["https://mcp.example.com"]
    await addConsent({ userId: user.id, clientId: client.clientId, scope, resource, grantedAt: new Date() }, {})
    const next = async (resource: string) => {
      const { state } = await makeAuthorization(client, { resource: [resource] })
      return (await findNextStep(state, client, { user, authenticatedAt: new Date(), tokenHash: "", amr: ["pwd"] }))
        .step
    }
    expect(await next("https://mcp.example.com/")).toBe("answer")
    expect(await next("https://mcp.example.com/other")).toBe("consent")
  })
})

describeOnEachDatabase("a second factor that is needed", () => {
  let client: Client
  let user: User
  beforeEach(async () => {
    client = await storeClient({
      firstParty: true,
      tokenEndpointAuthMethod: "client_secret_basic",
      requireSecondFactor: true,
    })
    user = await storeUser()
  })

  async function next(amr: string[], { minutes = 0, request = {} as Partial<AuthorizationRequest>, of = client } = {}) {
    const { state } = await makeAuthorization(of, request)
    const signedIn = { user, authenticatedAt: inMinutes(-minutes), tokenHash: "", amr }
    return (await findNextStep(state, of, signedIn)).step
  }
  const addPasskey = async () => {
    const facts = {
      publicKey: "",
      counter: 0,
      transports: "",
      singleDevice: false,
      name: "Phone",
      createdAt: new Date(),
    }
    await (await database()).passkey.create({ data: { id: user.id, userId: user.id, ...facts } })
  }

  test("is set up by a User who has none and signed in a moment ago; otherwise they sign in again first", async () => {
    expect(await next(["pwd"])).toBe("second-factor")
    expect(await next(["pwd"], { minutes: 11 })).toBe("sign-in")
    expect(await next(["pwd", "otp", "mfa"], { minutes: 11 })).toBe("answer")
  })

  test("is the passkey of a User who has one: the password alone cannot add another factor", async () => {
    await addPasskey()
    for (const amr of [["pwd"], ["fed"]]) expect(await next(amr)).toBe("passkey")
    expect(await next(["swk", "user", "mfa"])).toBe("answer")
  })

  describe("by acr_values", () => {
    test("is asked for, but prompt=none does not fail without it", async () => {
      const of = await storeClient({ firstParty: true, tokenEndpointAuthMethod: "client_secret_basic" })
      expect(await next(["pwd"], { of })).toBe("answer")
      expect(await next(["pwd"], { of, request: { secondFactor: "voluntary" } })).toBe("second-factor")
      expect(await next(["pwd"], { of, request: { secondFactor: "voluntary", prompt: ["none"] } })).toBe("answer")
      expect(await next(["pwd"], { of, request: { secondFactor: "essential", prompt: ["none"] } })).toBe(
        "second-factor",
      )
    })
  })
})
