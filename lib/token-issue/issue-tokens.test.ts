import { beforeAll, expect, test } from "vitest"
import { database } from "@/lib/data/database"
import { findSession, revokeSession } from "@/lib/data/sessions"
import { Flow } from "@/lib/flows/flow"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { computeCodeChallenge } from "@/lib/protocol/pkce"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { formatAuthCode } from "@/lib/protocol/session-token"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeSession, storeUser } from "@/lib/testing/rows"
import { issueTokens } from "./issue-tokens"

/** Stores a code. @returns how to redeem it, and its Session */
async function storeCode() {
  const codeVerifier = generateToken()
  const client = await storeClient()
  const session = await storeSession(
    { user: await storeUser(), client },
    { codeChallenge: computeCodeChallenge(codeVerifier) },
  )
  const { id } = session
  const code = formatAuthCode(id, generateToken())
  const db = await database()
  await db.authCode.update({ where: { sessionId: id }, data: { codeHash: hashToken(code) } })
  const request = { code, codeVerifier, redirectUri: undefined, resource: [] }
  return { id, session, redeem: () => issueTokens(client, request, new Flow("POST", "/token")) }
}

describeOnEachDatabase("an auth code", () => {
  beforeAll(() => ensureSigningKeys())

  test("whose Session was revoked before it was redeemed is refused as that, and not as a replay", async () => {
    const { id, session, redeem } = await storeCode()
    await revokeSession(session, "revoked_by_operator", new Date(), {})
    await expect(redeem()).rejects.toMatchObject({ code: "invalid_grant", reason: "session_ended" })
    expect(await findSession(id)).toMatchObject({ startedAt: null, revokedReason: "revoked_by_operator" })
  })

  test("that is redeemed twice is a replay, and revokes its Session", async () => {
    const { id, redeem } = await storeCode()
    expect(await redeem()).toMatchObject({ token_type: "Bearer" })
    await expect(redeem()).rejects.toMatchObject({ code: "invalid_grant", reason: "code_replayed" })
    expect(await findSession(id)).toMatchObject({ revokedReason: "code_replayed" })
  })

  test("that is redeemed again after its Session was revoked is a replay, and the first reason stays", async () => {
    const { id, session, redeem } = await storeCode()
    await redeem()
    await revokeSession(session, "revoked_by_operator", new Date(), {})
    await expect(redeem()).rejects.toMatchObject({ reason: "code_replayed" })
    expect(await findSession(id)).toMatchObject({ revokedReason: "revoked_by_operator" })
  })

  test("of a Session that never existed is unknown", async () => {
    const client = await storeClient()
    const request = {
      code: formatAuthCode(generateId(), generateToken()),
      codeVerifier: "v",
      redirectUri: undefined,
    }
    const redeemed = issueTokens(client, { ...request, resource: [] }, new Flow("POST", "/token"))
    await expect(redeemed).rejects.toMatchObject({ reason: "code_unknown" })
  })
})
