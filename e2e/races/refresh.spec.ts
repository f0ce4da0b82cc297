import { testEnvironment } from "../fixtures/environment"
import { inParallel, startInstance, test } from "../fixtures/instances"
import { readSession } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainCode,
  obtainTokens,
  postForm,
  readTokens,
  redeem,
  registerClient,
  type TestClient,
} from "../fixtures/world"

const refresh = (client: TestClient, refresh_token: string, baseUrl?: string) =>
  postForm("/refresh", client, { refresh_token }, { baseUrl })
const sessionIdOf = (token: string) => token.split(".")[0] ?? ""

test("100 parallel refreshes of one token all get the same next token - OAuth 2.1 4.3.1", async ({
  oneAndTwoProcesses,
}) => {
  const user = await insertUser()
  for (const baseUrls of oneAndTwoProcesses) {
    const client = await registerClient()
    const { refresh_token } = await obtainTokens(client, user)
    const responses = await inParallel(100, baseUrls, (baseUrl) => refresh(client, refresh_token, baseUrl))
    const answers = await Promise.all(responses.map(readTokens))
    const [next = "", ...others] = new Set(answers.map((answer) => answer.refresh_token))
    expect(others).toEqual([])
    expect(next).not.toBe(refresh_token)
    expect(await readSession(sessionIdOf(next))).toMatchObject({ revokedAt: null, rotations: 1 })
    for (const { access_token } of answers.slice(0, 5)) expect(await isActive(access_token)).toBe(true)
    expect((await refresh(client, next, baseUrls.at(-1))).status).toBe(200)
  }
})

test("a chain of refreshes, each sent twice in parallel, never ends the Session - OAuth 2.1 4.3.1", async ({
  oneAndTwoProcesses,
}) => {
  const client = await registerClient()
  let { refresh_token } = await obtainTokens(client, await insertUser())
  for (const baseUrls of oneAndTwoProcesses) {
    for (let i = 0; i < 10; i++) {
      const responses = await inParallel(2, baseUrls, (baseUrl) => refresh(client, refresh_token, baseUrl))
      const [one, two] = await Promise.all(responses.map(readTokens))
      expect(two?.refresh_token).toBe(one?.refresh_token)
      refresh_token = one?.refresh_token ?? ""
    }
  }
  expect(await readSession(sessionIdOf(refresh_token))).toMatchObject({ revokedAt: null, rotations: 20 })
})

test("while SECRET is rotated, instances with the list in another order give the same next token - OAuth 2.1 4.3.1", async () => {
  const { secret } = testEnvironment()
  const newer = "a newer secret that only these instances of the tests have"
  const instances = await Promise.all([
    startInstance({ SECRET: `${newer},${secret}` }),
    startInstance({ SECRET: `${secret},${newer}` }),
  ])
  const baseUrls = instances.map(({ baseUrl }) => baseUrl)
  const client = await registerClient()
  let { refresh_token } = await obtainTokens(client, await insertUser())
  for (let i = 0; i < 10; i++) {
    const responses = await inParallel(20, baseUrls, (baseUrl) => refresh(client, refresh_token, baseUrl))
    const next = new Set((await Promise.all(responses.map(readTokens))).map((answer) => answer.refresh_token))
    expect(next.size).toBe(1)
    refresh_token = [...next][0] ?? ""
  }
  expect(await readSession(sessionIdOf(refresh_token))).toMatchObject({ revokedAt: null, rotations: 10 })
  await Promise.all(instances.map((instance) => instance.stop()))
})

test("after a revocation and parallel refreshes nothing is active and nothing can be refreshed - RFC 7009 2.1", async ({
  oneAndTwoProcesses,
}) => {
  const user = await insertUser()
  const client = await registerClient()
  for (const baseUrls of oneAndTwoProcesses) {
    for (let round = 0; round < 10; round++) {
      const tokens = await obtainTokens(client, user)
      const token = round % 2 === 0 ? tokens.refresh_token : tokens.access_token
      const [revoked, ...refreshed] = await Promise.all([
        postForm("/revoke", client, { token }, { baseUrl: baseUrls.at(-1) }),
        ...Array.from({ length: 4 }, (_, i) => refresh(client, tokens.refresh_token, baseUrls[i % baseUrls.length])),
      ])
      expect(revoked?.status).toBe(200)
      expect(await readSession(sessionIdOf(tokens.refresh_token))).toMatchObject({ revokedReason: "revoked_by_client" })
      expect(await isActive(tokens.access_token)).toBe(false)
      await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
      for (const response of refreshed.filter(({ status }) => status === 200)) {
        const next = await readTokens(response)
        expect(await isActive(next.access_token)).toBe(false)
        await expectOAuthError(await refresh(client, next.refresh_token), "invalid_grant")
      }
    }
  }
})

test("after a replay of the code and a parallel refresh nothing is active - OAuth 2.1 7.5.2", async ({
  oneAndTwoProcesses,
}) => {
  const user = await insertUser()
  const client = await registerClient()
  for (const baseUrls of oneAndTwoProcesses) {
    for (let round = 0; round < 5; round++) {
      const code = await obtainCode(client, user)
      const tokens = await readTokens(await redeem(client, code))
      const [replay, refreshed] = await Promise.all([
        redeem(client, code, {}, { baseUrl: baseUrls[0] }),
        refresh(client, tokens.refresh_token, baseUrls.at(-1)),
      ])
      await expectOAuthError(replay, "invalid_grant")
      expect(await isActive(tokens.access_token)).toBe(false)
      if (refreshed.status === 200) {
        const next = await readTokens(refreshed)
        expect(await isActive(next.access_token)).toBe(false)
        await expectOAuthError(await refresh(client, next.refresh_token), "invalid_grant")
      }
    }
  }
})

test.describe("with REFRESH_RETRY_SECONDS=0", () => {
  const strict: TestServer[] = []
  test.beforeAll(async () => {
    for (let i = 0; i < 2; i++) strict.push(await startInstance({ REFRESH_RETRY_SECONDS: "0" }))
  })
  test.afterAll(async () => {
    await Promise.all(strict.map((server) => server.stop()))
  })

  test("of 100 parallel refreshes of one token one succeeds, and the Session is revoked - OAuth 2.1 4.3.1", async () => {
    const user = await insertUser()
    const both = strict.map(({ baseUrl }) => baseUrl)
    for (const baseUrls of [both.slice(0, 1), both]) {
      const client = await registerClient()
      const tokens = await obtainTokens(client, user)
      const responses = await inParallel(100, baseUrls, (baseUrl) => refresh(client, tokens.refresh_token, baseUrl))
      const successes = responses.filter(({ status }) => status === 200)
      expect(successes).toHaveLength(1)
      for (const response of responses) if (response.status !== 200) await expectOAuthError(response, "invalid_grant")
      const next = await readTokens(successes[0] as Response)
      const sessionId = sessionIdOf(tokens.refresh_token)
      expect(await readSession(sessionId)).toMatchObject({ revokedReason: "refresh_token_replayed", rotations: 1 })
      for (const { access_token } of [tokens, next]) expect(await isActive(access_token)).toBe(false)
      await expectOAuthError(await refresh(client, next.refresh_token, baseUrls[0]), "invalid_grant")
    }
  })
})
