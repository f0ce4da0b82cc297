import { beforeEach, expect, test } from "vitest"
import { applySettings } from "@/lib/testing/settings"
import { describeJwt, describeParameter, describeParameters, fingerprint } from "./facts"

beforeEach(() => {
  applySettings()
})

test("a fingerprint is short, equal for equal values, and different with another SECRET", () => {
  const before = fingerprint("a secret")
  expect(before).toMatch(/^#[A-Za-z0-9_-]{8}$/)
  expect(fingerprint("a secret")).toBe(before)
  expect(fingerprint("another")).not.toBe(before)
  applySettings({ SECRET: "another secret of thirty-two bytes and more" })
  expect(fingerprint("a secret")).not.toBe(before)
})

test("parameters that are not known to be harmless are shown as fingerprints", () => {
  const facts = describeParameters([
    ["grant_type", "authorization_code"],
    ["code", "the code"],
    ["code_verifier", "the verifier"],
    ["password", "typed into the wrong form"],
    ["resource", "https://one.example"],
    ["resource", "https://two.example"],
    ["client_id", "the secret, in the wrong field"],
    ["redirect_uri", "https://client.example/?code=abc"],
    ["scope", "openid eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9"],
    ["a secret as a name", "x"],
    ["resource", "https://ada:hunter2@client.example/"],
    ["resource", "https://hooks.example/T024BE7LDB024BE7LDB024BE7"],
    ["constructor", "y"],
  ])
  expect(facts).toEqual({
    grant_type: "authorization_code",
    code: fingerprint("the code"),
    code_verifier: fingerprint("the verifier"),
    password: fingerprint("typed into the wrong form"),
    resource: [
      "https://one.example",
      "https://two.example",
      fingerprint("https://ada:hunter2@client.example/"),
      `https://hooks.example/[${fingerprint("T024BE7LDB024BE7LDB024BE7")}]`,
    ],
    client_id: fingerprint("the secret, in the wrong field"),
    redirect_uri: `https://client.example/?code=[${fingerprint("abc")}]`,
    scope: fingerprint("openid eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9"),
    [fingerprint("a secret as a name")]: fingerprint("x"),
    constructor: fingerprint("y"),
  })
})

test.each([
  ["https://my-app-git-main-other-staging.preview.example/api/callback", "unchanged"],
  ["com.example.app:/callback", "unchanged"],
  ["http://127.0.0.1:49152/callback", "unchanged"],
  ["https://ada:hunter2@client.example/", null],
  ["https://client.example/#access_token=abc", null],
  ["eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9:x", null],
  ["hunter2", null],
])("the URI %s is shown %s", (uri, how) => {
  expect(describeParameter("redirect_uri", uri)).toBe(how === null ? fingerprint(uri) : uri)
})

test("a client_id is shown only if it has the form of one", () => {
  expect(describeParameter("client_id", "AaIKH2QEiNm6TsL1-oNmjQ")).toBe("AaIKH2QEiNm6TsL1-oNmjQ")
  expect(describeParameter("client_id", "hunter2")).toBe(fingerprint("hunter2"))
})

test("a JWT is shown without its signature, and its nonce as a fingerprint", () => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")
  const jwt = `${encode({ alg: "ES256" })}.${encode({ sub: "ada", nonce: "n-0S6" })}.c2lnbmF0dXJl`
  expect(describeJwt(jwt)).toEqual({
    fingerprint: fingerprint(jwt),
    header: { alg: "ES256" },
    claims: { sub: "ada", nonce: fingerprint("n-0S6") },
  })
})
