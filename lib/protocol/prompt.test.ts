import { expect, test } from "vitest"
import { oauthError } from "@/lib/testing/errors"
import { asksForSignIn, parsePrompt, promptValues } from "./prompt"

test("prompt is a list of known values, empty when it is left out", () => {
  expect(parsePrompt(undefined)).toEqual([])
  expect(parsePrompt("login consent")).toEqual(["login", "consent"])
  for (const value of promptValues) expect(parsePrompt(value)).toEqual([value])
})

test("an unknown prompt is refused", () => {
  for (const value of ["Login", "login,consent", "login register"]) {
    expect(() => parsePrompt(value)).toThrow(oauthError("invalid_request", "parameter_invalid"))
  }
})

test("the prompt none cannot be combined", () => {
  expect(parsePrompt("none")).toEqual(["none"])
  for (const value of ["none login", "consent none"]) {
    expect(() => parsePrompt(value)).toThrow(oauthError("invalid_request", "parameter_invalid"))
  }
})

test("login, select_account and create ask for a new sign-in; consent and none do not", () => {
  expect(promptValues.filter((value) => asksForSignIn([value]))).toEqual(["login", "select_account", "create"])
  expect(asksForSignIn(["consent", "login"])).toBe(true)
  expect(asksForSignIn([])).toBe(false)
})
