import { expect, test } from "vitest"
import { fieldDescriptions, findClaimDescription, findFieldDescription } from "./field-descriptions"

test("a name in the code has the description of the name on the wire, and an unknown name has none", () => {
  expect(findFieldDescription("codeChallenge")).toBe(fieldDescriptions.code_challenge)
  expect(findFieldDescription("BASE64URL(SHA-256(code_verifier))")).toBe(
    fieldDescriptions["BASE64URL(SHA-256(code_verifier))"],
  )
  for (const name of ["constructor", "no_such_parameter"]) expect(findFieldDescription(name), name).toBeNull()
  expect(findClaimDescription("toString")).toBeNull()
})
