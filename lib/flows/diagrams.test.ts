import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type Diagram, diagrams, findEntryStep, getStep, type StepName } from "./diagrams"
import { withDiagrams } from "./tooling/readme"

describe.each(Object.entries<Diagram>(diagrams))("the diagram %s", (name, { participants, steps, ...diagram }) => {
  test("numbers its steps from 1, except those that only some runs have", () => {
    const placed = steps.map((step) => getStep(`${name}.${step.name}` as StepName))
    const numbers = placed.flatMap(({ number }) => (number === null ? [] : [number]))
    expect(numbers).toEqual(numbers.map((_, i) => i + 1))
    const others = placed.filter(({ number }) => number === null)
    expect(others.map((step) => step.name)).toEqual(diagram.optional ?? [])
  })

  test("has each of its requests as a step", () => {
    const placed = steps.map((step) => getStep(`${name}.${step.name}` as StepName))
    const requests = placed.flatMap(({ request }) => (request === null ? [] : [request]))
    expect(requests).toEqual(Object.values(diagram.requests))
  })

  test("has each step once, between its own participants, from the client to the client", () => {
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length)
    expect(new Set(steps.flatMap(({ from, to }) => [from, to]))).toEqual(new Set(participants))
    expect([steps[0]?.from, steps.at(-1)?.to]).toEqual(["client", "client"])
  })
})

test("the path of a request determines its first step", () => {
  expect(findEntryStep("/authorize")).toBe("authorization.calls_authorize")
  expect(findEntryStep("/callback")).toBe("authorization.redirects_to_callback")
  expect(findEntryStep("/token")).toBe("authorization.provides_auth_code")
  expect(findEntryStep("/introspect")).toBe("introspection.provides_token")
  expect(findEntryStep("/refresh")).toBe("refresh.provides_refresh_token")
  expect(findEntryStep("/revoke")).toBe("revocation.provides_token")
  expect(findEntryStep("/userinfo")).toBe("userInfo.provides_token")
  expect(findEntryStep("/register")).toBe("registration.sends_metadata")
  expect(findEntryStep("/jwks")).toBeNull()
})

test("the diagrams of the README are up to date", () => {
  const readme = readFileSync("README.md", "utf8")
  expect(readme, "README.md is not up to date: npm run diagrams").toBe(withDiagrams(readme))
})
