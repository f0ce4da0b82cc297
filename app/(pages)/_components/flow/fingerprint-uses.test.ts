import { expect, test } from "vitest"
import { makeRequest, makeStep } from "@/lib/testing/flows"
import { listFingerprintUses } from "./fingerprint-uses"

test("each secret is listed once, by the name under which it first appears, with the number of its steps", () => {
  const recorded = [
    makeRequest(1, "POST /token", [
      makeStep("authorization.provides_auth_code", 1, { code: "#code0000", redirect_uri: { sent: "#uri00000" } }),
      makeStep("authorization.verifies_code_verifier", 2, {
        code_challenge: "#hash0000",
        "BASE64URL(SHA-256(code_verifier))": "#hash0000",
      }),
      makeStep("authorization.returns_tokens", 3, {
        access_token: { fingerprint: "#access00", header: {}, claims: { nonce: "#nonce000" } },
        code: ["#code0000"],
      }),
    ]),
    makeRequest(2, "POST /refresh", [makeStep("refresh.stores_tokens", 4, { current: "#refresh0", scope: "openid" })]),
  ]
  const uses = listFingerprintUses(recorded)
  expect(uses.map(({ fingerprint, name, stepIds }) => `${fingerprint} ${name} ${stepIds.size}`)).toEqual([
    "#code0000 code 2",
    "#uri00000 redirect_uri 1",
    "#hash0000 code_challenge 1",
    "#access00 access_token 1",
    "#nonce000 nonce 1",
    "#refresh0 refresh_token 1",
  ])
})
