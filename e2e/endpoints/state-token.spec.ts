import { EncryptJWT } from "jose"
import { beginAuthorization as begin, openStateToken } from "@/lib/authorization/state-token"
import { generateId } from "@/lib/protocol/random"
import { deriveKey, type KeyPurpose } from "@/lib/secret"
import { beginAuthorization, callback, expectCode, expectErrorPage, signInTo } from "../fixtures/authorization"
import { browserTokenOf } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { countAuthorizations } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { expect, insertUser, openBrowser, registerClient, test } from "../fixtures/world"

/** A browser at the end of its sign-in, with the state token it could go to /callback with. */
async function openBrowserAtCallback() {
  const client = await registerClient()
  const browser = await openBrowser()
  const { stateToken } = await beginAuthorization(browser, client)
  await signInTo(browser, await insertUser())
  const browserToken = browserTokenOf(browser)
  return { client, browser, browserToken, stateToken }
}

type AtCallback = Awaited<ReturnType<typeof openBrowserAtCallback>>

/** None of these is taken for a state token, no code is made, and the right one still is good. */
async function expectAllRefused({ client, browser, stateToken }: AtCallback, wrong: string[]): Promise<void> {
  for (const token of wrong)
    await expectErrorPage(await callback(browser, token), {
      title: "This link has expired",
      about: token.slice(0, 200),
    })
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await callback(browser, stateToken))
}

test("a state token with one character changed, in any of its parts, is refused - RFC 7516 5.2", async () => {
  const begun = await openBrowserAtCallback()
  const parts = begun.stateToken.split(".")
  const positions = parts.flatMap((part, i) =>
    part
      ? [
          [i, 0],
          [i, part.length >> 1],
          [i, part.length - 2],
        ]
      : [],
  )
  await expectAllRefused(
    begun,
    positions.map(([i = 0, at = 0]) => {
      const part = parts[i] ?? ""
      const changed = `${part.slice(0, at)}${part[at] === "A" ? "B" : "A"}${part.slice(at + 1)}`
      return parts.with(i, changed).join(".")
    }),
  )
})

test("a truncated, lengthened or empty state token is refused - RFC 7516 5.2", async () => {
  const begun = await openBrowserAtCallback()
  const { stateToken } = begun
  const parts = stateToken.split(".")
  await expectAllRefused(begun, [
    "",
    ".",
    "....",
    "x",
    stateToken.slice(0, -1),
    stateToken.slice(1),
    stateToken.slice(0, stateToken.length / 2),
    `${stateToken}A`,
    `${stateToken}.`,
    `${stateToken}.${stateToken}`,
    parts.with(1, "AAAA").join("."),
    parts.with(2, "").join("."),
    parts.with(3, "").join("."),
    parts.with(4, "").join("."),
    parts.with(4, (parts[4] ?? "").slice(0, 4)).join("."),
    parts.slice(0, 4).join("."),
    "é".repeat(10),
    "A".repeat(8000),
  ])
})

test("a state token lives for ten minutes, however often a page sends it on - RFC 7519 4.1.4", async () => {
  const client = await registerClient()
  const browser = await openBrowser()
  const { stateToken } = await beginAuthorization(browser, client)
  const browserToken = browserTokenOf(browser)
  const first = await openStateToken(stateToken, [browserToken])
  expect(first.expiresAt.getTime() - first.startedAt.getTime()).toBeLessThanOrEqual(600_000)
  const sentOn =
    new URL((await callback(browser, stateToken)).headers.get("location") ?? "").searchParams.get("state") ?? ""
  expect(await openStateToken(remember(sentOn), [browserToken])).toEqual(first)
})

test("a token of another purpose, key or algorithm is refused, though it carries all the rest - RFC 8725 3.9, 3.12", async () => {
  const begun = await openBrowserAtCallback()
  const { request } = await openStateToken(begun.stateToken, [begun.browserToken])
  const good = begin(generateId(), request, begun.browserToken)
  const claims = await claimsOf(begun.stateToken)
  type Options = { audience?: string; key?: KeyPurpose; jti?: boolean; enc?: string }
  const forge = async ({ audience = "authorization", key = "state-token", jti = true, enc = "A256GCM" }: Options) => {
    const jwt = new EncryptJWT(claims)
      .setProtectedHeader({ alg: "dir", enc })
      .setIssuer(testEnvironment().issuer)
      .setAudience(audience)
      .setExpirationTime(Math.floor(good.expiresAt.getTime() / 1000))
    return remember(await (jti ? jwt.setJti(good.id) : jwt).encrypt(deriveKey(key)))
  }
  const unexpiring = await new EncryptJWT(claims)
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setIssuer(testEnvironment().issuer)
    .setAudience("authorization")
    .setJti(good.id)
    .encrypt(deriveKey("state-token"))
  const wrong = [
    await forge({ audience: "device" }),
    await forge({ audience: "Authorization" }),
    await forge({ key: "signing-key" }),
    await forge({ key: "refresh-token" }),
    await forge({ enc: "A128CBC-HS256" }),
    await forge({ jti: false }),
    remember(unexpiring),
  ]
  // The control: made in the same way, with nothing wrong, it is taken.
  expectCode(await callback(begun.browser, await forge({})))
  await expectErrorPage(await callback(begun.browser, await forge({})), { title: "This link was already used" })
  for (const token of wrong)
    await expectErrorPage(await callback(begun.browser, token), { title: "This link has expired" })
  expect(await countAuthorizations(begun.client.clientId)).toEqual({ sessions: 1, codes: 1 })
})

/** What a state token carries besides its registered claims. */
async function claimsOf(stateToken: string): Promise<Record<string, unknown>> {
  const { jwtDecrypt } = await import("jose")
  const { payload } = await jwtDecrypt(stateToken, deriveKey("state-token"))
  const { request, browser, startedAt, denied } = payload
  return { request, browser, startedAt, denied }
}

test("a missing, doubled or malformed state parameter is refused - RFC 6749 3.1", async () => {
  const begun = await openBrowserAtCallback()
  const { browser, stateToken } = begun
  await expectErrorPage(await browser.fetch("/callback"), { title: "This link has expired" })
  for (const query of [`state=${stateToken}&state=${stateToken}`, "state=%00", "state=%0d%0aLocation:%20x"])
    await expectErrorPage(await browser.fetch(`/callback?${query}`))
  await expectAllRefused(begun, [])
})
