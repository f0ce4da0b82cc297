import { expect, test } from "vitest"
import { findClaimMeaning, findMeaning, meanings } from "./meanings"

test("a name of the code has the meaning of the name on the wire, and an unknown one has none", () => {
  expect(findMeaning("codeChallenge")).toBe(meanings.code_challenge)
  expect(findMeaning("BASE64URL(SHA-256(code_verifier))")).toBe(meanings["BASE64URL(SHA-256(code_verifier))"])
  for (const name of ["constructor", "no_such_parameter"]) expect(findMeaning(name), name).toBeNull()
  expect(findClaimMeaning("toString")).toBeNull()
})
