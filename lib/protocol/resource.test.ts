import { expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { narrowResources, parseResources } from "./resource"

const [one, two, three] = ["https://api.example/one", "https://api.example/two", "https://api.example/three"]

test("a resource is an absolute URI, and counts once", () => {
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
  ]) {
    expect(() => parseResources([one, resource]), resource).toThrow(oauthError("invalid_target", "parameter_invalid"))
  }
})

test("eight resources are taken, nine are not", () => {
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
