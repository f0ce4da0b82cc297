import { beginAuthorization, expectCode, expectErrorPage, signInTo } from "../fixtures/authorization"
import { inParallel, test } from "../fixtures/instances"
import { countAuthorizations, readSession } from "../fixtures/rows"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainCode,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  registerClient,
} from "../fixtures/world"

test("of 100 parallel redemptions of one code one succeeds, and its tokens are inactive afterwards - RFC 6749 4.1.2, OAuth 2.1 7.5.2", async ({
  oneAndTwoProcesses,
}) => {
  const user = await insertUser()
  for (const baseUrls of oneAndTwoProcesses) {
    for (const tokenEndpointAuthMethod of ["client_secret_basic", "none"]) {
      const client = await registerClient({ tokenEndpointAuthMethod })
      const code = await obtainCode(client, user)
      const responses = await inParallel(100, baseUrls, (baseUrl) => redeem(client, code, {}, { baseUrl }))
      const successes = responses.filter(({ status }) => status === 200)
      expect(successes).toHaveLength(1)
      for (const response of responses) if (response.status !== 200) await expectOAuthError(response, "invalid_grant")

      const tokens = await readTokens(successes[0] as Response)
      const [sessionId = ""] = tokens.refresh_token.split(".")
      expect(await readSession(sessionId)).toMatchObject({
        revokedAt: expect.any(Date),
        revokedReason: "code_replayed",
      })
      expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
      for (const baseUrl of baseUrls) {
        expect(await isActive(tokens.access_token, baseUrl)).toBe(false)
        const form = { refresh_token: tokens.refresh_token }
        await expectOAuthError(await postForm("/refresh", client, form, { baseUrl }), "invalid_grant")
      }
    }
  }
})

test("of 20 parallel visits to /callback with one state token one gets a code - OAuth 2.1 4.1.2", async ({
  oneAndTwoProcesses,
}) => {
  for (const baseUrls of oneAndTwoProcesses) {
    const client = await registerClient()
    const browser = await openBrowser()
    const { stateToken, pkce } = await beginAuthorization(browser, client)
    await signInTo(browser, await insertUser())
    const responses = await inParallel(20, baseUrls, (baseUrl) =>
      browser.fetch(`${baseUrl}/callback?state=${stateToken}`),
    )
    const successes = responses.filter(({ status }) => status === 303)
    expect(successes).toHaveLength(1)
    for (const response of responses)
      if (response.status !== 303) await expectErrorPage(response, { title: "This link was already used" })
    expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
    const code = expectCode(successes[0] as Response)
    expect((await redeem(client, { code, ...pkce })).status).toBe(200)
  }
})

test("wrong redemptions among the right one do not harm it - OAuth 2.1 7.5.2", async ({ oneAndTwoProcesses }) => {
  const user = await insertUser()
  const another = await registerClient()
  for (const baseUrls of oneAndTwoProcesses) {
    const client = await registerClient()
    const code = await obtainCode(client, user)
    const [right, ...wrong] = await Promise.all([
      redeem(client, code, {}, { baseUrl: baseUrls[0] }),
      ...Array.from({ length: 10 }, (_, i) => {
        const baseUrl = baseUrls[i % baseUrls.length]
        return i % 2 === 0
          ? redeem(another, code, {}, { baseUrl })
          : redeem(client, code, { code_verifier: "x".repeat(43) }, { baseUrl })
      }),
    ])
    for (const response of wrong) await expectOAuthError(response, "invalid_grant")
    expect(await isActive((await readTokens(right as Response)).access_token)).toBe(true)
  }
})
