import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { ConfigError } from "@/lib/config"
import { DatabaseUnavailableError } from "@/lib/data/errors"
import { forgetProcessValues } from "@/lib/per-process"
import { describeProblem, OperatorError } from "./operator-errors"

const failure = (code: string, message = "") => Object.assign(new Error(message), { code })

function useDatabase(url: string) {
  vi.stubEnv("DATABASE_URL", url)
  vi.stubEnv("SECRET", "0123456789012345678901234567890123456789")
  forgetProcessValues()
}

afterEach(() => {
  vi.unstubAllEnvs()
  forgetProcessValues()
})

test("an operator error is described by its message", () => {
  expect(describeProblem(new OperatorError("Fix it like this."))).toBe("Fix it like this.")
  expect(describeProblem(new ConfigError(["PORT must be a whole number"]))).toContain("PORT must be a whole number")
})

describe("Postgres", () => {
  beforeEach(() => useDatabase("postgres://ada:hunter2pass@db.example:5433/sign_in?sslmode=disable"))

  test.each([
    ["ECONNREFUSED", ": nothing is listening there"],
    ["ENOTFOUND", ": the host does not exist"],
    ["28P01", "rejected the user ada"],
    ["3D000", "database sign_in does not exist"],
    ["42501", "may not create tables"],
    ["53300", "no free connections"],
    ["25006", "is read-only"],
    ["3F000", "No schema in the search_path"],
    ["ENOENT", ": the socket does not exist"],
    ["57P03", "still starting"],
  ])("%s is described with the address and without the password", (code, words) => {
    const text = describeProblem(failure(code, "connect postgres://ada:hunter2pass@db.example:5433/sign_in"))
    expect(text).toContain(words)
    expect(text).toContain("db.example:5433")
    expect(text).not.toContain("hunter2pass")
    expect(text).not.toContain("\n")
  })

  test("one line is enough when every address of a host refuses", () => {
    const text = describeProblem(new AggregateError([failure("ECONNREFUSED"), failure("ECONNREFUSED")]))
    expect(text).toBe(
      "Cannot reach the database at db.example:5433: nothing is listening there. Start it, or fix DATABASE_URL.",
    )
  })

  test("an error that the data layer has wrapped is described the same way", () => {
    expect(describeProblem(new DatabaseUnavailableError(failure("57P03")))).toContain("still starting")
    expect(describeProblem(new DatabaseUnavailableError(new Error("Connection terminated unexpectedly")))).toContain(
      "it closed the connection",
    )
  })

  test("a URL that cannot be parsed is reported without its text", () => {
    useDatabase("postgres://ada:hunter2#pass@db.example/sign_in")
    const text = describeProblem(failure("ERR_INVALID_URL", "Invalid URL"))
    expect(text).toContain("DATABASE_URL cannot be parsed")
    expect(text).not.toContain("hunter2")
  })

  test("an unknown error has no description", () => {
    expect(describeProblem(failure("XX000", "internal error"))).toBeNull()
    expect(describeProblem("not an error")).toBeNull()
  })
})

describe("SQLite", () => {
  beforeEach(() => useDatabase("file:/srv/oauth-flow.db"))

  test.each([
    ["SQLITE_CANTOPEN", "cannot be opened"],
    ["EACCES", "cannot be opened"],
    ["SQLITE_READONLY_DIRECTORY", "cannot be written"],
    ["SQLITE_NOTADB", "not a valid SQLite database"],
    ["SQLITE_BUSY", "locked by another program"],
    ["SQLITE_FULL", "disk"],
  ])("%s is described with the file", (code, words) => {
    const text = describeProblem(failure(code))
    expect(text).toContain(words)
    expect(text).toContain("/srv/oauth-flow.db")
  })
})
