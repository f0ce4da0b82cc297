import { startInstance } from "../fixtures/instances"
import { readSession } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainTokens,
  postForm,
  readTokens,
  registerClient,
  test,
} from "../fixtures/world"

let strict: TestServer
test.beforeAll(async () => {
  strict = await startInstance({ REFRESH_RETRY_SECONDS: "0" })
})
test.afterAll(() => strict?.stop())

test("with REFRESH_RETRY_SECONDS=0 the previous token is a replay immediately - OAuth 2.1 4.3.1", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  const [sessionId = ""] = tokens.refresh_token.split(".")
  const refresh = (refresh_token: string) =>
    postForm("/refresh", client, { refresh_token }, { baseUrl: strict.baseUrl })
  const next = await readTokens(await refresh(tokens.refresh_token))
  expect(await isActive(next.access_token)).toBe(true)
  await expectOAuthError(await refresh(tokens.refresh_token), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedReason: "refresh_token_replayed" })
  await expectOAuthError(await refresh(next.refresh_token), "invalid_grant")
  expect(await isActive(next.access_token)).toBe(false)
})
