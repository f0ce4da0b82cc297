import { beforeEach, describe, expect, test } from "vitest"
import { OAuthError } from "@/lib/protocol/errors"
import { applySettings } from "@/lib/testing/settings"
import { codeResponse, errorResponse, responseUri } from "./authorization-response"

beforeEach(() => {
  applySettings({ ISSUER: "https://login.example.com" })
})

const redirectUri = "https://client.example/callback"
const iss = "iss=https%3A%2F%2Flogin.example.com"

const codeUri = (address: { redirectUri: string; state: string | null }) =>
  responseUri(codeResponse("the-code", { ...address, responseMode: "query" }))

describe("the answer with a code", () => {
  test("has the code, the client's state and the issuer", () => {
    expect(codeUri({ redirectUri, state: "xyz" })).toBe(`${redirectUri}?code=the-code&state=xyz&${iss}`)
  })

  test("has no state when the request had none", () => {
    expect(codeUri({ redirectUri, state: null })).toBe(`${redirectUri}?code=the-code&${iss}`)
  })

  test("returns the state unchanged", () => {
    const state = 'a b+c&d=e#f%20"\\\u00e9\u{1f600}'
    const answer = new URL(codeUri({ redirectUri, state }))
    expect(answer.searchParams.get("state")).toBe(state)
    expect(answer.hash).toBe("")
  })

  test.each([
    ["https://client.example/callback?tenant=1", "https://client.example/callback?tenant=1&code="],
    ["https://client.example/callback?tenant=1&", "https://client.example/callback?tenant=1&code="],
    ["https://client.example/callback?", "https://client.example/callback?code="],
    ["https://client.example?q=%2f%20+x", "https://client.example?q=%2f%20+x&code="],
    ["https://client.example", "https://client.example?code="],
    ["com.example.app:/callback", "com.example.app:/callback?code="],
    ["http://127.0.0.1:51004/", "http://127.0.0.1:51004/?code="],
  ])("keeps every byte of %s", (uri, begin) => {
    expect(codeUri({ redirectUri: uri, state: null })).toBe(`${begin}the-code&${iss}`)
  })
})

describe("the answer with an error", () => {
  test("has the code of the error, its description, the client's state and the issuer, and not the private reason", () => {
    const error = new OAuthError("access_denied", "The user denied the request.", "user_denied")
    expect(responseUri(errorResponse(error, { redirectUri, state: "xyz", responseMode: "query" }))).toBe(
      `${redirectUri}?error=access_denied&error_description=The+user+denied+the+request.&state=xyz&${iss}`,
    )
  })
})
