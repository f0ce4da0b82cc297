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

test("an error for the operator is told in its own words", () => {
  expect(describeProblem(new OperatorError("Mend it so."))).toBe("Mend it so.")
  expect(describeProblem(new ConfigError(["PORT must be a whole number"]))).toContain("PORT must be a whole number")
})

describe("Postgres", () => {
  beforeEach(() => useDatabase("postgres://ada:hunter2pass@db.example:5433/sign_in?sslmode=disable"))

  test.each([
    ["ECONNREFUSED", "out of reach: nothing listens there"],
    ["ENOTFOUND", "out of reach: there is no host of that name"],
    ["28P01", "refuses the user ada"],
    ["3D000", "no database sign_in"],
    ["42501", "may not create tables"],
    ["53300", "no connection left"],
    ["25006", "is read-only"],
    ["3F000", "names no schema that exists"],
    ["ENOENT", "out of reach: there is no such socket"],
    ["57P03", "still starting"],
  ])("%s is told with the place and without the password", (code, words) => {
    const text = describeProblem(failure(code, "connect postgres://ada:hunter2pass@db.example:5433/sign_in"))
    expect(text).toContain(words)
    expect(text).toContain("db.example:5433")
    expect(text).not.toContain("hunter2pass")
    expect(text).not.toContain("\n")
  })

  test("all addresses of a name refusing is one line as well", () => {
    const text = describeProblem(new AggregateError([failure("ECONNREFUSED"), failure("ECONNREFUSED")]))
    expect(text).toBe(
      "The database at db.example:5433 is out of reach: nothing listens there. Start it, or correct DATABASE_URL.",
    )
  })

  test("an error that the data layer made of it is told in the same way", () => {
    expect(describeProblem(new DatabaseUnavailableError(failure("57P03")))).toContain("still starting")
    expect(describeProblem(new DatabaseUnavailableError(new Error("Connection terminated unexpectedly")))).toContain(
      "it closed the connection",
    )
  })

  test("a URL that cannot be read is told without repeating it", () => {
    useDatabase("postgres://ada:hunter2#pass@db.example/sign_in")
    const text = describeProblem(failure("ERR_INVALID_URL", "Invalid URL"))
    expect(text).toContain("DATABASE_URL cannot be read")
    expect(text).not.toContain("hunter2")
  })

  test("an unknown error is not explained away", () => {
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
    ["SQLITE_NOTADB", "not a sound SQLite database"],
    ["SQLITE_BUSY", "locked by another program"],
    ["SQLITE_FULL", "disk"],
  ])("%s is told with the file", (code, words) => {
    const text = describeProblem(failure(code))
    expect(text).toContain(words)
    expect(text).toContain("/srv/oauth-flow.db")
  })
})
