import { decodeJwt } from "jose"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { expectCode } from "../fixtures/authorization"
import { makeDpopKey, signProof } from "../fixtures/dpop"
import {
  authorizationParameters,
  expect,
  expectOAuthError,
  flowIdOf,
  insertUser,
  isActive,
  makePkce,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

const [first, second] = ["https://first.example/", "https://second.example/"]
const accessToken = "urn:ietf:params:oauth:token-type:access_token"

/** A service that gets tokens for `first` and calls others for the same user. */
const service = (metadata: Parameters<typeof registerClient>[0] = {}) =>
  registerClient({
    redirectUris: [],
    resourceServer: true,
    resources: [first],
    grantTypes: [tokenExchangeGrant],
    scope: "email invoices:read",
    ...metadata,
  })

/** An access token of another client for a resource, of a user who allowed two. */
async function obtainFor(resource: string) {
  const client = await registerClient({ scope: "openid email invoices:read invoices:write" })
  const user = await insertUser()
  const pkce = makePkce()
  const query = authorizationParameters(client, pkce.codeChallenge, { scope: client.scope.join(" ") })
  for (const allowed of [first, second]) query.append("resource", allowed)
  const code = expectCode(await (await openBrowser(user)).fetch(`/authorize?${query}`))
  const tokens = await readTokens(await redeem(client, { code, ...pkce }))
  const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token, resource }
  return { client, user, ...(await readTokens(await postForm("/token", client, form))) }
}

const exchange = (client: TestClient, subject_token: string, form: Record<string, string> = {}, headers = {}) =>
  postForm(
    "/token",
    client,
    { grant_type: tokenExchangeGrant, subject_token, subject_token_type: accessToken, ...form },
    { headers },
  )

test("a service gets a token of the same user for another service - RFC 8693 2.1, 2.2.1, 4.1", async () => {
  const { user, access_token: subject } = await obtainFor(first)
  const client = await service()
  const response = await exchange(client, subject, { resource: second })
  const { access_token, ...rest } = await readTokens(response)
  expect(rest).toEqual({
    issued_token_type: accessToken,
    token_type: "Bearer",
    expires_in: expect.any(Number),
    scope: "email invoices:read",
  })
  const [before, after] = [decodeJwt(subject), decodeJwt(access_token)]
  expect(after).toMatchObject({ sub: user.id, aud: second, client_id: client.clientId, act: { sub: client.clientId } })
  expect(after.sid).toBe(before.sid)
  expect(Number(after.exp)).toBeLessThanOrEqual(Number(before.exp))
  expect(flowIdOf(response)).toBe(before.sid)
  const narrowed = await readTokens(await exchange(client, subject, { audience: second, scope: "email" }))
  expect(decodeJwt(narrowed.access_token)).toMatchObject({ aud: second, scope: "email" })
  const described = await (await postForm("/introspect", client, { token: access_token })).json()
  expect(described).toMatchObject({ active: true, sub: user.id })
})

test("an exchange gives no more than the user allowed - RFC 8693 2.2.2", async () => {
  const { access_token: subject } = await obtainFor(first)
  const client = await service()
  await expectOAuthError(await exchange(client, subject, { resource: "https://third.example/" }), "invalid_target")
  await expectOAuthError(await exchange(client, subject, { scope: "invoices:write" }), "invalid_scope")
  await expectOAuthError(await exchange(client, subject, { scope: "profile" }), "invalid_scope")
})

test("a token ends with the Session of the one that it was exchanged for - RFC 8693 2.2.2", async () => {
  const { client: owner, refresh_token, access_token: subject } = await obtainFor(first)
  const { access_token } = await readTokens(await exchange(await service(), subject, { resource: second }))
  expect(await isActive(access_token)).toBe(true)
  await postForm("/revoke", owner, { token: refresh_token })
  expect(await isActive(access_token)).toBe(false)
  await expectOAuthError(await exchange(await service(), subject), "invalid_grant")
})

test("a token that is not meant for the client is refused - RFC 8693 2.1", async () => {
  const { client: owner, access_token: subject, refresh_token } = await obtainFor(second)
  const client = await service()
  for (const token of [subject, refresh_token, "unknown"])
    await expectOAuthError(await exchange(client, token), "invalid_grant")
  await expectOAuthError(await exchange(owner, subject), "unauthorized_client")
  await expect(service({ tokenEndpointAuthMethod: "none", resourceServer: false })).rejects.toThrow("metadata")
  const wrong: Record<string, string>[] = [
    { subject_token_type: "urn:ietf:params:oauth:token-type:refresh_token" },
    { requested_token_type: "urn:ietf:params:oauth:token-type:id_token" },
    { actor_token: subject, actor_token_type: accessToken },
    { subject_token_type: "" },
  ]
  for (const form of wrong) await expectOAuthError(await exchange(client, subject, form), "invalid_request")
})

test("a client that must use DPoP gets only bound tokens - RFC 8693 2.2.1, RFC 9449 5.2", async () => {
  const { access_token: subject } = await obtainFor(first)
  const client = await service({ dpopBoundAccessTokens: true })
  await expectOAuthError(await exchange(client, subject), "invalid_request")
  const key = await makeDpopKey()
  const headers = { DPoP: await signProof(key, { path: "/token" }) }
  const { access_token } = await readTokens(await exchange(client, subject, {}, headers))
  expect(decodeJwt(access_token).cnf).toEqual({ jkt: key.jkt })
})
