import { disableUser } from "@/lib/accounts/users"
import { denyInteraction } from "@/lib/authorization/interaction"
import { changeClient } from "@/lib/clients/registration"
import { deleteClient } from "@/lib/data/clients"
import {
  beginAuthorization,
  callback,
  expectCode,
  expectErrorPage,
  expectErrorRedirect,
  readInteraction,
  signInTo,
} from "../fixtures/authorization"
import { browserTokenOf } from "../fixtures/cookies"
import { countAuthorizations } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { expect, insertUser, openBrowser, redeem, redirectUri, registerClient, test } from "../fixtures/world"

/** A browser at the end of its sign-in: all that is left is GET /callback. */
async function openBrowserAtCallback(changes: Record<string, string> = {}, metadata = {}) {
  const client = await registerClient(metadata)
  const user = await insertUser()
  const browser = await openBrowser()
  const { stateToken, pkce } = await beginAuthorization(browser, client, changes)
  await signInTo(browser, user)
  return { client, user, browser, stateToken, pkce }
}

const usedAlready = { title: "This link was already used" }

test("after sign-in the client gets its code, with state and iss, and can redeem it - RFC 6749 4.1.2", async () => {
  const { client, browser, stateToken, pkce } = await openBrowserAtCallback()
  const code = expectCode(await callback(browser, stateToken))
  expect((await redeem(client, { code, ...pkce })).status).toBe(200)
})

test("a signed-out user is sent to sign-in, and the flow still produces one code - OpenID Connect Core 3.1.2.3", async () => {
  const client = await registerClient()
  const browser = await openBrowser()
  const { stateToken } = await beginAuthorization(browser, client)
  const again = readInteraction(await callback(browser, stateToken))
  expect(again.path).toBe("/sign-in")
  await signInTo(browser, await insertUser())
  expectCode(await callback(browser, stateToken))
  await expectErrorPage(await callback(browser, again.stateToken), usedAlready)
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
})

test("a state token used again issues no second code, and the first remains valid - OAuth 2.1 4.1.2", async () => {
  const { client, browser, stateToken, pkce } = await openBrowserAtCallback()
  const code = expectCode(await callback(browser, stateToken))
  await expectErrorPage(await callback(browser, stateToken), usedAlready)
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
  expect((await redeem(client, { code, ...pkce })).status).toBe(200)
  await expectErrorPage(await callback(browser, stateToken), usedAlready)
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
})

test("another browser, or one without its cookie, is refused, and the right one still gets its code - RFC 9700 4.7.1", async () => {
  const { client, user, browser, stateToken } = await openBrowserAtCallback()
  const another = await openBrowser(user)
  await expectErrorPage(await callback(another, stateToken), { title: "This link belongs to another browser" })
  await beginAuthorization(another, await registerClient(), { prompt: "login" })
  expect(browserTokenOf(another)).not.toBe("")
  await expectErrorPage(await callback(another, stateToken), { title: "This link belongs to another browser" })
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await callback(browser, stateToken))
})

test("Deny returns an error to the client with state and iss, and issues no code - RFC 6749 4.1.2.1", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback({}, { firstParty: false })
  const path = await denyInteraction(stateToken, [browserTokenOf(browser)])
  remember(new URLSearchParams(path.split("?")[1]).get("state"))
  expectErrorRedirect(await browser.fetch(path), "access_denied")
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("a client deleted since /authorize gets nothing, not even an error - RFC 6749 4.1.2.1", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  await deleteClient(client.clientId, {})
  await expectErrorPage(await callback(browser, stateToken))
})

test("a redirect URI withdrawn since /authorize is not redirected to - RFC 9700 4.1.3", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  await changeClient(client.clientId, { redirectUris: [`${redirectUri}/new`] })
  await expectErrorPage(await callback(browser, stateToken))
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("nor after Deny - RFC 9700 4.1.3", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback({}, { firstParty: false })
  const path = await denyInteraction(stateToken, [browserTokenOf(browser)])
  await changeClient(client.clientId, { redirectUris: [`${redirectUri}/new`] })
  await expectErrorPage(await browser.fetch(path))
})

test("a scope or grant type withdrawn since /authorize is refused - RFC 6749 4.1.2.1", async () => {
  const withdrawn = [
    { changes: { scope: "openid" }, error: "invalid_scope" },
    { changes: { grantTypes: ["refresh_token"] }, error: "unauthorized_client" },
  ]
  for (const { changes, error } of withdrawn) {
    const { client, browser, stateToken } = await openBrowserAtCallback()
    await changeClient(client.clientId, changes)
    expectErrorRedirect(await callback(browser, stateToken), error)
    expect(await countAuthorizations(client.clientId), error).toEqual({ sessions: 0, codes: 0 })
  }
})

test("an exemption from PKCE withdrawn since /authorize is refused - OAuth 2.1 7.5.1", async () => {
  const client = await registerClient({ requirePkce: false })
  const browser = await openBrowser()
  const { stateToken } = await beginAuthorization(browser, client, {
    code_challenge: undefined,
    code_challenge_method: undefined,
  })
  await signInTo(browser, await insertUser())
  await changeClient(client.clientId, { requirePkce: true })
  expectErrorRedirect(await callback(browser, stateToken), "invalid_request")
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("a client that is no longer first-party has to have consent - OpenID Connect Core 3.1.2.4", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  await changeClient(client.clientId, { firstParty: false })
  expect(readInteraction(await callback(browser, stateToken)).path).toBe("/consent")
})

test("a user disabled since the sign-in is not signed in - OpenID Connect Core 3.1.2.3", async () => {
  const { client, user, browser, stateToken } = await openBrowserAtCallback()
  await disableUser(user.id)
  expect(readInteraction(await callback(browser, stateToken)).path).toBe("/sign-in")
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("HEAD and a prefetch have no effect, and the state token remains usable - RFC 9110 9.2.1, 9.3.2", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  const head = await callback(browser, stateToken, { method: "HEAD" })
  expect(head.status).toBe(405)
  expect(head.headers.get("allow")).toBe("GET")
  for (const headers of [
    { "Sec-Purpose": "prefetch" },
    { "Sec-Purpose": "prefetch;prerender" },
    { Purpose: "prefetch" },
    { "X-Moz": "prefetch" },
    { RSC: "1" },
    { RSC: "1", "Next-Router-Prefetch": "1" },
  ] as Record<string, string>[])
    expect((await callback(browser, stateToken, { headers, redirect: "follow" })).status, JSON.stringify(headers)).toBe(
      503,
    )
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await callback(browser, stateToken))
})

test("requests for the router's data have no effect either - RFC 9110 9.2.1", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  const query = new URLSearchParams({ state: stateToken })
  const paths = ["/callback.rsc", "/callback.json", "/callback.segments/_tree.segment.rsc", "/callback/", "/Callback"]
  for (const path of paths) await browser.fetch(`${path}?${query}`, { headers: { RSC: "1" } })
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await callback(browser, stateToken))
})

test("other methods are refused with Allow - RFC 9110 15.5.6", async () => {
  const { client, browser, stateToken } = await openBrowserAtCallback()
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await callback(browser, stateToken, { method })
    expect(response.status, method).toBe(405)
    expect(response.headers.get("allow"), method).toBe("GET")
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("20 parallel requests with one state token make one code - OAuth 2.1 4.1.2", async () => {
  const { client, browser, stateToken, pkce } = await openBrowserAtCallback()
  const responses = await Promise.all(Array.from({ length: 20 }, () => callback(browser, stateToken)))
  const [winner, ...others] = responses.filter(({ status }) => status === 303)
  expect(others).toEqual([])
  for (const response of responses) if (response.status !== 303) await expectErrorPage(response, usedAlready)
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
  expect((await redeem(client, { code: expectCode(winner as Response), ...pkce })).status).toBe(200)
})
