import { describe, expect, test } from "vitest"
import { findRedirectUriProblem, isGenericScheme } from "./redirect-uri"

describe("a redirect URI can be registered when it", () => {
  test.each([
    "https://client.example/callback",
    "https://client.example",
    "https://client.example:8443/a/b?tenant=1&x=%20",
    "https://[2001:db8::1]/callback",
    "https://xn--bcher-kva.example/callback",
    "http://localhost/callback",
    "http://localhost:3000/callback",
    "http://127.0.0.1:49152/",
    "http://127.0.0.1",
    "http://[::1]:8080/callback",
    "com.example.app:/callback",
    "com.example.app://oauth/callback",
    `https://client.example/${"a".repeat(512 - "https://client.example/".length)}`,
  ])("is %s", (uri) => {
    expect(findRedirectUriProblem(uri)).toBeNull()
  })
})

describe("a redirect URI cannot be registered when it", () => {
  test.each([
    ["", "character"],
    ["/callback", "absolute"],
    ["//client.example/callback", "absolute"],
    ["client.example/callback", "absolute"],
    ["https://", "absolute"],
    ["https://client.example:99999/callback", "absolute"],
    ["https:client.example/callback", "https://"],
    ["https:/client.example/callback", "https://"],
    ["https:///client.example/callback", "https://"],
    ["https://@client.example/callback", "https://"],
    ["https://client.example/call back", "character"],
    ["https://client.example\\callback", "character"],
    ["https://client.example/callback\n", "character"],
    ["https://client.example/callback\0", "character"],
    ["https://client.example/caf\u00e9", "character"],
    ["https://b\u00fccher.example/callback", "character"],
    ['https://client.example/"callback"', "character"],
    ["https://client.example/<script>", "character"],
    ["https://client.example/callback#fragment", "fragment"],
    ["https://client.example/callback#", "fragment"],
    ["https://user@client.example/callback", "user name"],
    ["https://user:password@client.example/callback", "user name"],
    ["https://client.example/callback?code=1", "parameter code"],
    ["https://client.example/callback?x=1&state=", "parameter state"],
    ["https://client.example/callback?%69ss=x", "parameter iss"],
    ["com.example.app:/callback?error=x", "parameter error"],
    ["https://*.client.example/callback", "wildcard"],
    ["https://%2A.client.example/callback", "wildcard"],
    ["http://client.example/callback", "loopback"],
    ["http://localhost.evil.example/callback", "loopback"],
    ["http://127.0.0.1.evil.example/callback", "loopback"],
    ["http://127.0.0.2/callback", "loopback"],
    ["http://0x7f.1/callback", "loopback"],
    ["http://0.0.0.0/callback", "loopback"],
    ["javascript:alert(1)", "scheme"],
    ["JavaScript:alert(1)", "scheme"],
    ["data:text/html,hello", "scheme"],
    ["vbscript:x", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["blob:https://client.example/1", "scheme"],
    ["about:blank", "scheme"],
    ["view-source:https://client.example/", "scheme"],
    ["myapp:/callback", "reverse-domain"],
    ["ftp://client.example/callback", "scheme ftp"],
    ["urn:ietf:wg:oauth:2.0:oob", "scheme urn"],
    [`https://client.example/${"a".repeat(513 - "https://client.example/".length)}`, "longer"],
  ])("is %j", (uri, problem) => {
    expect(findRedirectUriProblem(uri)).toContain(problem)
  })
})

test("a scheme without a domain name can be registered where any scheme is allowed", () => {
  for (const uri of [
    "cursor://anysphere.cursor-retrieval/oauth/callback",
    "vscode://app/callback",
    "myapp:/callback",
  ]) {
    expect(findRedirectUriProblem(uri, { anyScheme: true }), uri).toBeNull()
    expect(isGenericScheme(uri), uri).toBe(true)
  }
  for (const uri of [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://client.example/",
    "intent://x",
    "ws://x.example/",
  ])
    expect(findRedirectUriProblem(uri, { anyScheme: true }), uri).not.toBeNull()
  for (const uri of ["https://client.example/", "http://127.0.0.1/", "com.example.app:/callback"])
    expect(isGenericScheme(uri), uri).toBe(false)
})
