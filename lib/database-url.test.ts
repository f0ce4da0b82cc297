import { describe, expect, test } from "vitest"
import { problemsOf } from "@/lib/testing/settings"
import { hostUrlsOf } from "./database-url"

const SECRET = "s".repeat(32)
const problemOf = (url: string) => problemsOf({ DATABASE_URL: url, SECRET })[0] ?? null

describe("a Postgres URL with", () => {
  const at = (query: string) => `postgres://user:password@db.example/login?${query}`

  test.each([
    "",
    "schema=sign_in",
    "options=-c%20search_path%3Dsign_in",
    "sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "uselibpqcompat=true&sslmode=require",
    "sslmode=require&channel_binding=require&connect_timeout=6",
    "host=/var/run/postgresql&application_name=sign-in",
  ])("%s is accepted", (query) => {
    expect(problemOf(at(query))).toBeNull()
  })

  test.each([
    ["sslmod=require", "unknown parameter sslmod"],
    ["constructor=x", "unknown parameter constructor"],
    ["connect_timeout=0", "invalid connect_timeout: use 1 to 6 seconds"],
    ["connect_timeout=7", "invalid connect_timeout: use 1 to 6 seconds, because a request must be answered within ten"],
    ["channel_binding=on", "invalid channel_binding"],
    ["connection_limit=1", "unknown parameter connection_limit"],
    ["pgbouncer=true", "unknown parameter pgbouncer"],
    ["sslmode=required", "invalid sslmode: use disable, prefer, require"],
    ["sslmode=allow", "invalid sslmode"],
    ['schema=x"; DROP TABLE y', "invalid schema"],
    ["schema=", "invalid schema"],
  ])("%s is rejected in one line", (query, words) => {
    expect(problemOf(at(query))).toContain("DATABASE_URL has a")
    expect(problemOf(at(query))).toContain(words)
  })

  test.each([
    "postgres://user:password@a.example:5432,b.example:5433/login",
    "postgres://user:pass,word@a.example,b.example/login?target_session_attrs=read-write",
    "postgresql://user@[::1]:5432,[::2]/login?target_session_attrs=primary&sslmode=require",
  ])("several hosts is accepted: %s", (url) => {
    expect(problemOf(url)).toBeNull()
    expect(hostUrlsOf(url).every((hostUrl) => URL.canParse(hostUrl))).toBe(true)
    expect(hostUrlsOf(url)).toHaveLength(2)
  })

  test.each([
    ["postgres://user@a:5432,b:port/login", "host that cannot be parsed"],
    ["postgres://user@a,b/login?target_session_attrs=any", "use read-write or primary, because a replica lags"],
    ["postgres://user@a,b/login?target_session_attrs=prefer-standby", "invalid target_session_attrs"],
    ["postgres://user@a,b/login?host=c", "several hosts and the parameter host"],
  ])("several hosts that cannot be used is rejected: %s", (url, words) => {
    expect(problemOf(url)).toContain(words)
  })

  test("a question mark in the password is reported without the password", () => {
    const problem = problemOf("postgres://user:hunter2?x=1@db.example/login")
    expect(problem).toContain("in the password write @ : / # ? % as")
    expect(problem).not.toContain("hunter2")
  })
})

test.each(["file:a.db?connection_limit=1", "file:a.db?mode=ro&socket_timeout=3"])(
  "%s is rejected in one line, because a file has no parameters",
  (url) => {
    expect(problemOf(url)).toMatch(
      /^DATABASE_URL must be only a file, without \?(connection_limit=|mode= \?socket_timeout=)$/,
    )
  },
)
