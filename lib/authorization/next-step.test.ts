import { expect, test } from "vitest"
import { addConsent } from "@/lib/data/consents"
import { makeAuthorization } from "@/lib/testing/authorization"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
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
