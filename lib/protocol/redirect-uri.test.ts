import { describe, expect, test } from "vitest"
import { describeRedirectUri, findOrigin, isClaimable, isRegisteredRedirectUri } from "./redirect-uri"

describe("with https://client.example/callback registered", () => {
  const registered = "https://client.example/callback"

  test("the exact spelling is accepted, also among others", () => {
    expect(isRegisteredRedirectUri(registered, [registered])).toBe(true)
    expect(isRegisteredRedirectUri(registered, ["https://other.example/", registered])).toBe(true)
  })

  test("nothing is accepted when nothing is registered", () => {
    expect(isRegisteredRedirectUri(registered, [])).toBe(false)
    expect(isRegisteredRedirectUri("", [registered])).toBe(false)
  })

  test.each([
    "http://client.example/callback",
    "HTTPS://client.example/callback",
    "https://CLIENT.example/callback",
    "https://client.example/CALLBACK",
    "https://client.example/callback/",
    "https://client.example/callback//",
    "https://client.example//callback",
    "https://client.example/./callback",
    "https://client.example/a/../callback",
    "https://client.example/callback/..",
    "https://client.example/callback/../callback",
    "https://client.example/%63allback",
    "https://client.example/callback%2F",
    "https://client.example/callback%00",
    "https://client.example/callback?",
    "https://client.example/callback?x=1",
    "https://client.example/callback#",
    "https://client.example/callback#x",
    "https://client.example/callback;x",
    "https://client.example/callbackx",
    "https://client.example/callbac",
    "https://client.example/",
    "https://client.example",
    "https://client.example:443/callback",
    "https://client.example:8443/callback",
    "https://client.example./callback",
    "https://www.client.example/callback",
    "https://client.example.evil.example/callback",
    "https://evil.example/https://client.example/callback",
    "https://evil.example\\@client.example/callback",
    "https://client.example@evil.example/callback",
    "https://evil.example#@client.example/callback",
    "https://evil.example?@client.example/callback",
    "https://user@client.example/callback",
    "https://client\u3002example/callback",
    "https://client.example\t/callback",
    " https://client.example/callback",
    "https://client.example/callback ",
    "https://client.example/callback\n",
    "https:client.example/callback",
    "https:///client.example/callback",
    "//client.example/callback",
    "/callback",
    "https://client.example/callback,https://evil.example",
    "https://client.example/callback https://evil.example",
  ])("%j is not the same", (requested) => {
    expect(isRegisteredRedirectUri(requested, [registered])).toBe(false)
  })
})

test.each([
  ["https://client.example", "https://client.example/"],
  ["https://client.example/", "https://client.example"],
  ["https://Client.example/callback", "https://client.example/callback"],
  ["https://client.example:443/callback", "https://client.example/callback"],
  ["https://client.example/a/../callback", "https://client.example/callback"],
  ["https://client.example/?", "https://client.example/"],
])("with %s registered, its normal form %s is not the same", (registered, requested) => {
  expect(isRegisteredRedirectUri(requested, [registered])).toBe(false)
  expect(isRegisteredRedirectUri(registered, [registered])).toBe(true)
})

describe("on the loopback interface", () => {
  test.each([
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004/callback"],
    ["http://127.0.0.1:8080/callback", "http://127.0.0.1:51004/callback"],
    ["http://127.0.0.1:8080/callback", "http://127.0.0.1/callback"],
    ["http://[::1]/callback", "http://[::1]:51004/callback"],
    ["http://localhost:3000/callback?x=1", "http://localhost:51004/callback?x=1"],
    ["http://localhost", "http://localhost:65535"],
  ])("%s lets the port be another: %s", (registered, requested) => {
    expect(isRegisteredRedirectUri(requested, [registered])).toBe(true)
  })

  test.each([
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004/other"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004/callback/"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004/callback?x=1"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004/callback#x"],
    ["http://127.0.0.1/callback", "https://127.0.0.1:51004/callback"],
    ["http://127.0.0.1/callback", "http://localhost:51004/callback"],
    ["http://127.0.0.1/callback", "http://[::1]:51004/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.2:51004/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:51004@evil.example/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1.evil.example:51004/callback"],
    ["http://127.0.0.1/callback", "http://user@127.0.0.1:51004/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:0/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:65536/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:+80/callback"],
    ["http://127.0.0.1/callback", "http://127.0.0.1:80x/callback"],
    ["http://127.0.0.1/callback", "HTTP://127.0.0.1:51004/callback"],
    ["http://127.1/callback", "http://127.1:51004/callback"],
    ["https://localhost:3000/callback", "https://localhost:51004/callback"],
    ["https://client.example:3000/callback", "https://client.example:51004/callback"],
  ])("%s lets nothing else be another: %s", (registered, requested) => {
    expect(isRegisteredRedirectUri(requested, [registered])).toBe(false)
  })
})

test("the origin of a redirect URI is that of its pages; an app's own scheme has none", () => {
  expect(findOrigin("https://client.example:8443/callback?x=1")).toBe("https://client.example:8443")
  expect(findOrigin("https://client.example:443/callback")).toBe("https://client.example")
  expect(findOrigin("http://localhost:3000/callback")).toBe("http://localhost:3000")
  expect(findOrigin("com.example.app:/callback")).toBeNull()
  expect(findOrigin("com.example.app://host/callback")).toBeNull()
})

test("another program on the device can claim another loopback port or an app's own scheme, and nothing else", () => {
  const registered = ["https://client.example/callback", "http://127.0.0.1:3000/callback", "com.example.app:/callback"]
  expect(isClaimable("https://client.example/callback", registered)).toBe(false)
  expect(isClaimable("http://127.0.0.1:3000/callback", registered)).toBe(false)
  expect(isClaimable("http://127.0.0.1:51004/callback", registered)).toBe(true)
  expect(isClaimable("com.example.app:/callback", registered)).toBe(true)
})

test("people are shown the host that the browser goes back to, or the app's scheme", () => {
  expect(describeRedirectUri("https://client.example/callback")).toBe("client.example")
  expect(describeRedirectUri("http://localhost:3000/callback")).toBe("localhost:3000")
  expect(describeRedirectUri("com.example.app:/callback")).toBe("com.example.app")
  expect(describeRedirectUri("com.example.app://bank.example/callback")).toBe("com.example.app")
})
