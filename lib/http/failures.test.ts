import { beforeEach, describe, expect, test } from "vitest"
import { DatabaseUnavailableError, UniqueViolation } from "@/lib/data/errors"
import { OAuthError } from "@/lib/protocol/errors"
import { applySettings } from "@/lib/testing/settings"
import { toOAuthError } from "./failures"

beforeEach(() => {
  applySettings({ LOG_LEVEL: "silent" })
})

test("a protocol error is returned as it is", () => {
  const error = OAuthError.invalidRequest("The code is missing.", "parameter_missing")
  expect(toOAuthError(error)).toBe(error)
})

test("a database that is not available is 503 with Retry-After, from every copy of the class", () => {
  class Copy extends Error {
    override name = "DatabaseUnavailableError"
  }
  for (const error of [new DatabaseUnavailableError(new Error("hunter2")), new Copy()]) {
    const answer = toOAuthError(error)
    expect(answer).toMatchObject({
      code: "temporarily_unavailable",
      status: 503,
      headers: { "Retry-After": "5" },
      reason: "database_unavailable",
      cause: error,
    })
    expect(JSON.stringify(answer)).not.toContain("hunter2")
  }
})

test("a row that was deleted at the same moment is 503, so that a retry finds out what is missing", () => {
  const error = Object.assign(new Error("hunter2"), { code: "SQLITE_CONSTRAINT_FOREIGNKEY" })
  const answer = toOAuthError(error)
  expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "1" }, reason: "deleted_meanwhile" })
  expect(JSON.stringify(answer)).not.toContain("hunter2")
})

describe("anything else is 500 and says nothing of its cause", () => {
  test.each([
    new UniqueViolation(),
    new TypeError("hunter2"),
    Object.assign(new Error("hunter2"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("hunter2 timeout"), { code: "P2025" }),
    "hunter2",
    null,
  ])("%s", (error) => {
    const answer = toOAuthError(error)
    expect(answer).toMatchObject({ code: "server_error", status: 500, reason: "unexpected" })
    expect(JSON.stringify(answer)).not.toContain("hunter2")
  })
})
