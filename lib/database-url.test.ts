import { describe, expect, test } from "vitest"
import { problemsOf } from "@/lib/testing/settings"

const SECRET = "s".repeat(32)
const problemOf = (url: string) => problemsOf({ DATABASE_URL: url, SECRET })[0] ?? null

describe("of a Postgres URL,", () => {
  const at = (query: string) => `postgres://user:password@db.example/login?${query}`

  test.each([
    "",
    "schema=sign_in",
    "options=-c%20search_path%3Dsign_in",
    "sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "uselibpqcompat=true&sslmode=require",
    "sslmode=require&channel_binding=require&connect_timeout=15",
    "host=/var/run/postgresql&application_name=sign-in",
  ])("%s is taken", (query) => {
    expect(problemOf(at(query))).toBeNull()
  })

  test.each([
    ["sslmod=require", "unknown parameter sslmod"],
    ["constructor=x", "unknown parameter constructor"],
    ["connect_timeout=0", "connect_timeout that cannot be used"],
    ["channel_binding=on", "channel_binding that cannot be used"],
    ["connection_limit=1", "unknown parameter connection_limit"],
    ["pgbouncer=true", "unknown parameter pgbouncer"],
    ["sslmode=required", "unknown sslmode: use disable, prefer, require"],
    ["sslmode=allow", "unknown sslmode"],
    ['schema=x"; DROP TABLE y', "schema that cannot be used"],
    ["schema=", "schema that cannot be used"],
  ])("%s is refused in one line", (query, words) => {
    expect(problemOf(at(query))).toContain(`DATABASE_URL has a`)
    expect(problemOf(at(query))).toContain(words)
  })

  test("a question mark inside a password is told, and nothing of the password", () => {
    const problem = problemOf("postgres://user:hunter2?x=1@db.example/login")
    expect(problem).toContain("write @ : / # ? % in the password as")
    expect(problem).not.toContain("hunter2")
  })
})

test.each(["file:a.db?connection_limit=1", "file:a.db?mode=ro&socket_timeout=3"])(
  "%s is refused in one line, because no parameter has a meaning for a file here",
  (url) => {
    expect(problemOf(url)).toMatch(
      /^DATABASE_URL must be a file alone, without \?(connection_limit=|mode= \?socket_timeout=)$/,
    )
  },
)
