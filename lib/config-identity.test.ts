import path from "node:path"
import { describe, expect, test } from "vitest"
import { settingsDirectory as directory, problemsOf } from "@/lib/testing/settings"
import { parseConfig } from "./config"

describe("ISSUER", () => {
  test.each([
    ["https://login.example.com", "https://login.example.com", true],
    ["https://login.example.com/", "https://login.example.com", true],
    ["https://LOGIN.example.com:443", "https://login.example.com", true],
    ["https://login.example.com:8443", "https://login.example.com:8443", true],
    ["http://localhost:3000", "http://localhost:3000", false],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000", false],
    ["http://[::1]:3000/", "http://[::1]:3000", false],
  ])("%s makes the issuer %s", (value, issuer, secureCookies) => {
    expect(parseConfig({ ISSUER: value, TRUSTED_PROXIES: "0" }, directory)).toMatchObject({ issuer, secureCookies })
  })

  test.each([
    ["login.example.com", "must be a URL"],
    ["https://", "must be a URL"],
    ["https://login.example.com/auth", "must be an origin such as"],
    ["https://login.example.com?x=1", "must be an origin such as"],
    ["https://login.example.com#x", "must be an origin such as"],
    ["https://user:password@login.example.com", "must be an origin such as"],
    ["http://login.example.com", "must start with https://"],
    ["http://localhost.example.com", "must start with https://"],
    ["http://127.0.0.2", "must start with https://"],
    ["ftp://login.example.com", "must start with https://"],
    ["file:///etc", "must be"],
  ])("%s is refused", (value, problem) => {
    expect(problemsOf({ ISSUER: value })).toEqual([expect.stringContaining(`ISSUER ${problem}`)])
  })

  test("defaults to localhost at PORT, and adds no problem when only PORT is wrong", () => {
    expect(parseConfig({ PORT: "4000" }, directory).issuer).toBe("http://localhost:4000")
    expect(problemsOf({ PORT: "http" })).toHaveLength(1)
  })
})

describe("DATABASE_URL", () => {
  const at = (file: string) => `file:${path.resolve(directory, file)}`

  test.each([
    ["file:./data/test.db", at("data/test.db")],
    ["file:test.db", at("test.db")],
    ["file:../test.db", at("../test.db")],
    [at("elsewhere/test.db"), at("elsewhere/test.db")],
    [`file://${path.resolve("/var/lib/test.db")}`, `file:${path.resolve("/var/lib/test.db")}`],
  ])("%s is an SQLite file, relative to the directory the server was started in", (value, databaseUrl) => {
    expect(parseConfig({ DATABASE_URL: value }, directory)).toMatchObject({ databaseUrl, databaseProvider: "sqlite" })
  })

  test.each(["postgres://user:password@db.example/login", "postgresql://db.example/login"])(
    "%s is Postgres",
    (value) => {
      const SECRET = "s".repeat(32)
      expect(parseConfig({ DATABASE_URL: value, SECRET }, directory)).toMatchObject({
        databaseUrl: value,
        databaseProvider: "postgres",
      })
    },
  )

  test.each(["mysql://db.example/login", "./test.db", "POSTGRES", "file"])("%s is refused", (value) => {
    expect(problemsOf({ DATABASE_URL: value })).toEqual(["DATABASE_URL must start with file: (SQLite) or postgres://"])
  })
})

describe("SECRET", () => {
  test("has at least 32 bytes", () => {
    expect(parseConfig({ SECRET: "s".repeat(32) }, directory).SECRET).toEqual(["s".repeat(32)])
    expect(problemsOf({ SECRET: "s".repeat(31) })).toEqual([
      expect.stringContaining("SECRET must be at least 32 bytes"),
    ])
    expect(problemsOf({ SECRET: "\u00e9".repeat(16) })).toEqual([])
  })

  test("is required with Postgres, where instances share no file", () => {
    expect(problemsOf({ DATABASE_URL: "postgres://db.example/login" })).toEqual([
      expect.stringContaining("SECRET is required with Postgres"),
    ])
  })
})
