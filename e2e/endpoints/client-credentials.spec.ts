import { decodeJwt } from "jose"
import {
  expect,
  expectOAuthError,
  flowIdOf,
  isActive,
  postForm,
  readTokens,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

const machine = (metadata: Parameters<typeof registerClient>[0] = {}) =>
  registerClient({
    redirectUris: [],
    grantTypes: ["client_credentials"],
    scope: "openid email invoices:read invoices:write",
    ...metadata,
  })

const request = (client: TestClient, form: Record<string, string> = {}) =>
  postForm("/token", client, { grant_type: "client_credentials", ...form })

test("a client gets an access token for itself, and no refresh token - RFC 6749 4.4.3, RFC 9068 2.2", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "private_key_jwt"]) {
    const client = await machine({ tokenEndpointAuthMethod })
    const response = await request(client)
    const flowId = flowIdOf(response)
    const { access_token, ...rest } = await readTokens(response)
    expect(rest).toEqual({ token_type: "Bearer", expires_in: 600, scope: "invoices:read invoices:write" })
    const { sub, sid, client_id, scope, ...claims } = decodeJwt(access_token)
    expect({ sub, sid, client_id, scope }).toEqual({
      sub: client.clientId,
      sid: flowId,
      client_id: client.clientId,
      scope: rest.scope,
    })
    expect(claims).not.toHaveProperty("auth_time")
    const described = await postForm("/introspect", client, { token: access_token })
    expect(await described.json()).toMatchObject({ active: true, sub: client.clientId, scope: rest.scope })
  }
})

test("the scope is what the client is registered for, without those about a user - RFC 6749 3.3", async () => {
  const client = await machine()
  const scopeFor = async (form: Record<string, string>) => (await readTokens(await request(client, form))).scope
  expect(await scopeFor({ scope: "invoices:read" })).toBe("invoices:read")
  expect(await scopeFor({ scope: "openid invoices:read email unknown" })).toBe("invoices:read")
  await expectOAuthError(await request(client, { scope: "openid" }), "invalid_scope")
  const strict = await machine({ strictScope: true })
  await expectOAuthError(await request(strict, { scope: "invoices:read unknown" }), "invalid_scope")
  const none = await readTokens(await request(await machine({ scope: "openid" })))
  expect(none).not.toHaveProperty("scope")
  expect(decodeJwt(none.access_token)).not.toHaveProperty("scope")
})

test("the audience is the requested resource - RFC 8707 2", async () => {
  const client = await machine()
  const { access_token } = await readTokens(await request(client, { resource: "https://api.example/invoices" }))
  expect(decodeJwt(access_token).aud).toBe("https://api.example/invoices")
  await expectOAuthError(await request(client, { resource: "not a uri" }), "invalid_target")
})

test("only a confidential client that is registered for it gets a token - RFC 6749 4.4, OAuth 2.1 4.2", async () => {
  await expectOAuthError(await request(await registerClient()), "unauthorized_client")
  await expectOAuthError(
    await request(await registerClient({ tokenEndpointAuthMethod: "none" })),
    "unauthorized_client",
  )
  await expect(machine({ tokenEndpointAuthMethod: "none" })).rejects.toThrow("invalid_client_metadata")
  const client = await machine()
  await expectOAuthError(await request({ ...client, clientSecret: "wrong" }), "invalid_client", 401)
})

test("its token opens no user information, and can be revoked - RFC 7009 2.1", async () => {
  const client = await machine()
  const { access_token } = await readTokens(await request(client))
  const headers = { Authorization: `Bearer ${access_token}` }
  const userinfo = await fetch(new URL("/userinfo", process.env.ISSUER), { headers })
  await expectOAuthError(userinfo, "insufficient_scope", 403)
  expect(await isActive(access_token)).toBe(true)
  expect((await postForm("/revoke", client, { token: access_token })).status).toBe(200)
  expect(await isActive(access_token)).toBe(false)
})
