import { EncryptJWT } from "jose"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { config } from "@/lib/config"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { deriveKey, type KeyPurpose } from "@/lib/secret"
import { oauthError } from "@/lib/testing/errors"
import { applySettings } from "@/lib/testing/settings"
import type { AuthorizationRequest } from "./authorization-request"
import { type AuthorizationState, beginAuthorization, openStateToken, sealStateToken } from "./state-token"

const request: AuthorizationRequest = {
  clientId: "client",
  redirectUri: "https://client.example/callback?a=1",
  state: "the client's own state \u00e9\u{1f600}",
  responseMode: "form_post",
  scope: ["openid", "email"],
  resource: ["https://api.example/"],
  codeChallenge: "c".repeat(43),
  nonce: "n",
  prompt: ["login"],
  maxAge: 60,
  loginHint: "ada@example.com",
  hintedSub: null,
}
const browserToken = generateToken()
const invalid = oauthError("invalid_request", "state_token_invalid")

let state: AuthorizationState
let token: string
beforeEach(async () => {
  applySettings()
  state = beginAuthorization(generateId(), request, browserToken)
  token = await sealStateToken(state)
})
afterEach(() => {
  vi.useRealTimers()
})

/** A token as this server makes it, but for the changes. */
function forge(changes: {
  purpose?: KeyPurpose
  audience?: string
  issuer?: string
  exp?: number
  jti?: string | null
}) {
  const jwt = new EncryptJWT({ request, browser: hashToken(browserToken), startedAt: Date.now(), denied: false })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setIssuer(changes.issuer ?? config().issuer)
    .setAudience(changes.audience ?? "authorization")
    .setExpirationTime(changes.exp ?? Math.floor(Date.now() / 1000) + 60)
  if (changes.jti !== null) jwt.setJti(changes.jti ?? "an id")
  return jwt.encrypt(deriveKey(changes.purpose ?? "state-token"))
}

describe("a state token", () => {
  test("carries the whole request, code challenge included, to the browser that it was made for", async () => {
    const opened = await openStateToken(token, [browserToken])
    expect(opened).toEqual({ ...state, expiresAt: new Date(Math.floor(state.expiresAt.getTime() / 1000) * 1000) })
    expect(opened.request).toEqual(request)
  })

  test("has the id of its flow", () => {
    expect(beginAuthorization("the flow's id", request, browserToken).id).toBe("the flow's id")
  })

  test("lives for STATE_TOKEN_SECONDS", () => {
    applySettings({ STATE_TOKEN_SECONDS: "120" })
    const { startedAt, expiresAt } = beginAuthorization(generateId(), request, browserToken)
    expect(expiresAt.getTime() - startedAt.getTime()).toBe(120_000)
  })

  test("keeps its id, start and end when it is sealed again with the user's decision", async () => {
    const opened = await openStateToken(token, [browserToken])
    const denied = await openStateToken(await sealStateToken({ ...opened, denied: true }), [browserToken])
    expect(denied).toEqual({ ...opened, denied: true })
  })

  test("contains nothing readable", () => {
    const [header = "", ...sealed] = token.split(".")
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "dir", enc: "A256GCM", zip: "DEF" })
    const bytes = sealed.map((part) => Buffer.from(part, "base64url").toString("latin1")).join()
    for (const value of ["client", "openid", browserToken, "ada@"]) expect(bytes).not.toContain(value)
  })

  test("is another one each time that the same is sealed", async () => {
    expect(await sealStateToken(state)).not.toBe(token)
  })
})

describe("a state token is refused when", () => {
  test.each([0, 1, 2, 3, 4])("its part %i is altered, emptied or given another's", async (index) => {
    const parts = token.split(".")
    const other = (await sealStateToken(beginAuthorization(generateId(), request, browserToken))).split(".")
    const part = parts[index] ?? ""
    const middle = Math.floor(part.length / 2)
    const flipped = `${part.slice(0, middle)}${part[middle] === "A" ? "B" : "A"}${part.slice(middle + 1)}`
    const variants = [flipped, `${part}AAAA`, `${part}!`, "", part.slice(4), part.slice(0, -4)]
    // The header of every token is the same, and so is the empty key of direct encryption.
    if (other[index] !== part) variants.push(other[index] ?? "")
    for (const variant of new Set(variants)) {
      if (variant === part) continue
      await expect(
        openStateToken(parts.with(index, variant).join("."), [browserToken]),
        `part ${index} as ${variant}`,
      ).rejects.toThrow(invalid)
    }
  })

  test("its text is cut anywhere, or is missing", async () => {
    for (let length = 0; length < token.length - 1; length += 7) {
      await expect(openStateToken(token.slice(0, length), [browserToken])).rejects.toThrow(invalid)
    }
    for (const text of ["....", "a.b.c", "a.b.c.d.e", "x".repeat(10_000), "\0", "{}", `${token}.`, `.${token}`]) {
      await expect(openStateToken(text, [browserToken]), text).rejects.toThrow(invalid)
    }
  })

  test("it has expired, to the second", async () => {
    const end = Math.floor(state.expiresAt.getTime() / 1000) * 1000
    vi.useFakeTimers({ toFake: ["Date"], now: end - 1000 })
    await expect(openStateToken(token, [browserToken])).resolves.toMatchObject({ id: state.id })
    vi.setSystemTime(end)
    await expect(openStateToken(token, [browserToken])).rejects.toThrow(invalid)
  })

  test("it is of another issuer, of another purpose or under another purpose's key", async () => {
    await expect(openStateToken(await forge({}), [browserToken])).resolves.toMatchObject({ id: "an id" })
    const forged = [
      forge({ issuer: "https://other.example.com" }),
      forge({ audience: "device" }),
      forge({ purpose: "refresh-token" }),
      forge({ purpose: "signing-key" }),
      forge({ jti: null }),
    ]
    for (const other of await Promise.all(forged)) {
      await expect(openStateToken(other, [browserToken])).rejects.toThrow(invalid)
    }
  })

  test("it was made under another SECRET", async () => {
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    await expect(openStateToken(token, [browserToken])).rejects.toThrow(invalid)
  })

  test("another browser presents it, or one without the cookie", async () => {
    const foreign = oauthError("invalid_request", "state_token_of_another_browser")
    for (const other of [[], [""], [generateToken()], [hashToken(browserToken)]]) {
      await expect(openStateToken(token, other)).rejects.toThrow(foreign)
    }
  })
})
