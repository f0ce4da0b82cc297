import { expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { includesResource, narrowResources, parseResources } from "./resource"

const [one, two, three] = ["https://api.example/one", "https://api.example/two", "https://api.example/three"]

test("a resource is an absolute URI, and repetitions are dropped", () => {
  expect(parseResources([])).toEqual([])
  expect(parseResources([one, two, one, "urn:example:api"])).toEqual([one, two, "urn:example:api"])
})

test("a resource that is relative, has a fragment, a space or a character beyond ASCII is refused", () => {
  for (const resource of [
    "/api",
    "api.example",
    "",
    `${one}#x`,
    `${one}#`,
    "https://api.example/a b",
    `${one}\u00e9`,
    "https:\\\\api.example",
    "https://api.example/<x>",
  ]) {
    expect(() => parseResources([one, resource]), resource).toThrow(oauthError("invalid_target", "parameter_invalid"))
  }
})

test.each([
  ["https://mcp.example.com", "https://mcp.example.com/"],
  ["https://mcp.example.com", "HTTPS://MCP.example.com:443"],
  ["https://mcp.example.com?x=1", "https://mcp.example.com/?x=1"],
  ["http://localhost:80/mcp", "http://localhost/mcp"],
  ["https://mcp.example.com/a/../b", "https://mcp.example.com/b"],
])("%s and %s are one resource (RFC 3986 section 6.2)", (registered, sent) => {
  expect(includesResource([one, registered], sent)).toBe(true)
  expect(includesResource([sent], registered)).toBe(true)
  expect(parseResources([sent, registered])).toEqual([sent])
  expect(narrowResources([sent], [registered])).toEqual([sent])
})

test.each([
  ["https://mcp.example.com", "http://mcp.example.com"],
  ["https://mcp.example.com", "https://mcp.example.com:8443"],
  ["https://mcp.example.com/mcp", "https://mcp.example.com/mcp/"],
  ["https://mcp.example.com/mcp", "https://mcp.example.com/MCP"],
  ["https://mcp.example.com", "https://mcp.example.com?"],
  ["https://mcp.example.com", "https://mcp.example.com.evil.example"],
  ["urn:example:api", "urn:example:API"],
  ["a-client-id", "https://a-client-id/"],
])("%s and %s are not", (registered, sent) => {
  expect(includesResource([registered], sent)).toBe(false)
  expect(includesResource([sent], registered)).toBe(false)
})

test("eight resources are accepted, nine are not", () => {
  const resources = Array.from({ length: 9 }, (_, i) => `https://api.example/${i}`)
  expect(parseResources(resources.slice(1))).toHaveLength(8)
  expect(() => parseResources(resources)).toThrow(oauthError("invalid_target", "parameter_invalid"))
})

test("a token is for all granted resources, or for those of them that the request names", () => {
  expect(narrowResources([], [one, two])).toEqual([one, two])
  expect(narrowResources([two], [one, two])).toEqual([two])
})

test("a token is never for a resource that was not granted", () => {
  expect(() => narrowResources([one, three], [one, two])).toThrow(oauthError("invalid_target", "resource_not_granted"))
  expect(() => narrowResources([one], [])).toThrow(oauthError("invalid_target", "resource_not_granted"))
})
