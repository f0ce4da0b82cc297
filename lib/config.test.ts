import path from "node:path"
import { afterEach, describe, expect, test, vi } from "vitest"
import { settingsDirectory as directory, forgetProcessState, problemsOf } from "@/lib/testing/settings"
import { type Config, ConfigError, config, countProcessors, parseConfig } from "./config"

test("every setting has a default", () => {
  expect(parseConfig({}, directory)).toEqual({
    PORT: 3000,
    PROCESSES: countProcessors(),
    HOST: "::",
    SIGNING_KEY_DAYS: 90,
    AUDIT_DAYS: 365,
    ACCESS_LOG: false,
    ACCESS_TOKEN_SECONDS: 600,
    ID_TOKEN_SECONDS: 600,
    AUTH_CODE_SECONDS: 60,
    STATE_TOKEN_SECONDS: 600,
    SESSION_IDLE_SECONDS: 2_592_000,
    SESSION_SECONDS: 7_776_000,
    BRAND_NAME: "OAuth Flow",
    REQUIRE_VERIFIED_EMAIL: false,
    REQUIRE_SECOND_FACTOR: false,
    mail: "off",
    brandColors: null,
    brandLogo: null,
    BROWSER_SESSION_SECONDS: 1_209_600,
    REFRESH_RETRY_SECONDS: 10,
    DPOP_NONCE: false,
    SIGN_IN_WINDOW_SECONDS: 900,
    SIGN_IN_ATTEMPTS_PER_ACCOUNT: 10,
    SIGN_IN_ATTEMPTS_PER_ADDRESS: 100,
    SIGN_UP: true,
    REGISTRATION_DAYS: 30,
    REGISTRATIONS_PER_ADDRESS: 20,
    registration: "off",
    CLIENT_ID_METADATA_DOCUMENTS: false,
    CLIENT_DOCUMENT_NETWORKS: [],
    FORM_BYTES: 32_768,
    PASSWORD_WORKERS: 2,
    PASSWORD_QUEUE: 64,
    KEEP_ALIVE_SECONDS: 620,
    REQUEST_SECONDS: 30,
    SHUTDOWN_SECONDS: 8,
    SHUTDOWN_DELAY_SECONDS: 0,
    SQLITE_SYNCHRONOUS: "NORMAL",
    ENDPOINTS_THROUGH_NEXT: false,
    DEMO: false,
    FLOW_INSPECTOR_HOURS: 24,
    FLOW_INSPECTOR_EVENTS: 20_000,
    FLOW_INSPECTOR_REQUESTS: 150,
    LOG_LEVEL: "info",
    issuer: "http://localhost:3000",
    databaseUrl: `file:${path.join(directory, "data/oauth-flow.db")}`,
    databaseProvider: "sqlite",
    flowInspector: "off",
    isDevelopment: false,
    trustedProxies: { count: 0, networks: [] },
    secureCookies: false,
  })
})

test("the flow inspector is open in the demo and in development, and for operators only in production", () => {
  const audience = (env: Record<string, string>) => parseConfig(env, directory).flowInspector
  expect(audience({ NODE_ENV: "production" })).toBe("off")
  expect(audience({ NODE_ENV: "production", FLOW_INSPECTOR: "on" })).toBe("operators")
  expect(audience({ NODE_ENV: "production", DEMO: "on" })).toBe("everyone")
  expect(audience({ NODE_ENV: "development" })).toBe("everyone")
  expect(audience({ NODE_ENV: "development", FLOW_INSPECTOR: "off" })).toBe("off")
  expect(audience({ DEMO: "on", FLOW_INSPECTOR: "off" })).toBe("off")
  expect(audience({ DEMO: "on", FLOW_INSPECTOR: "on" })).toBe("operators")
})

test("clients can register themselves in the demo and in development without a setting, and not in production", () => {
  const open = { CLIENT_ID_METADATA_DOCUMENTS: true, registration: "open" }
  for (const env of [{ NODE_ENV: "development" }, { NODE_ENV: "production", DEMO: "on" }]) {
    expect(parseConfig(env, directory)).toMatchObject(open)
  }
  const off = { CLIENT_ID_METADATA_DOCUMENTS: false, registration: "off" }
  expect(parseConfig({ NODE_ENV: "production" }, directory)).toMatchObject(off)
  const chosen = { DEMO: "on", CLIENT_ID_METADATA_DOCUMENTS: "off", REGISTRATION: "off" }
  expect(parseConfig(chosen, directory)).toMatchObject(off)
})

describe("a whole number", () => {
  const ranges: [keyof Config & string, number, number][] = [
    ["PORT", 1, 65_535],
    ["SIGNING_KEY_DAYS", 0, 3650],
    ["AUDIT_DAYS", 1, 3650],
    ["ACCESS_TOKEN_SECONDS", 1, 86_400],
    ["ID_TOKEN_SECONDS", 1, 86_400],
    ["AUTH_CODE_SECONDS", 1, 600],
    ["STATE_TOKEN_SECONDS", 1, 86_400],
    ["SESSION_IDLE_SECONDS", 1, 315_360_000],
    ["SESSION_SECONDS", 1, 315_360_000],
    ["BROWSER_SESSION_SECONDS", 1, 31_536_000],
    ["REFRESH_RETRY_SECONDS", 0, 300],
    ["SIGN_IN_WINDOW_SECONDS", 1, 86_400],
    ["FLOW_INSPECTOR_HOURS", 1, 720],
    ["FLOW_INSPECTOR_EVENTS", 100, 10_000_000],
    ["FLOW_INSPECTOR_REQUESTS", 1, 100_000],
    ["SIGN_IN_ATTEMPTS_PER_ACCOUNT", 1, 1_000_000],
    ["SIGN_IN_ATTEMPTS_PER_ADDRESS", 1, 1_000_000],
    ["FORM_BYTES", 1024, 1_048_576],
    ["PASSWORD_WORKERS", 1, 64],
    ["PASSWORD_QUEUE", 1, 10_000],
    ["KEEP_ALIVE_SECONDS", 1, 3600],
    ["REQUEST_SECONDS", 1, 3600],
    ["SHUTDOWN_SECONDS", 1, 600],
    ["SHUTDOWN_DELAY_SECONDS", 0, 600],
  ]

  test.each(ranges)("%s is between %i and %i", (name, min, max) => {
    for (const value of [min, max]) expect(parseConfig({ [name]: String(value) }, directory)[name]).toBe(value)
    for (const value of [min - 1, max + 1]) {
      expect(problemsOf({ [name]: String(value) })).toEqual([expect.stringMatching(new RegExp(`^${name} must be `))])
    }
  })

  test.each(ranges)("%s accepts only digits", (name) => {
    for (const value of ["10 minutes", "10.5", "-10", "+10", "1e3", "0x10", "many", " 10", "NaN", "9".repeat(400)]) {
      expect(problemsOf({ [name]: value }), value).toEqual([expect.stringMatching(new RegExp(`^${name} must be `))])
    }
  })
})

test.each(["SIGN_UP", "DEMO"] as const)("%s is on or off", (name) => {
  expect(parseConfig({ [name]: "on" }, directory)[name]).toBe(true)
  expect(parseConfig({ [name]: "off" }, directory)[name]).toBe(false)
  for (const value of ["true", "1", "On", "yes"]) {
    expect(problemsOf({ [name]: value })).toEqual([`${name} must be "on" or "off"`])
  }
})

test("LOG_LEVEL is one of five levels", () => {
  for (const value of ["debug", "info", "warn", "error", "silent"]) {
    expect(parseConfig({ LOG_LEVEL: value }, directory).LOG_LEVEL).toBe(value)
  }
  expect(problemsOf({ LOG_LEVEL: "loud" })).toEqual(["LOG_LEVEL must be debug, info, warn, error or silent"])
})

test("HOST is used unchanged", () => {
  expect(parseConfig({ HOST: "127.0.0.1" }, directory).HOST).toBe("127.0.0.1")
})

test("an empty setting is unset, and other programs' variables are ignored", () => {
  expect(parseConfig({ PORT: "", SECRET: "", ISSUER: "", DATABASE_URL: "", DEMO: "", OTHER: "x" }, directory)).toEqual(
    parseConfig({}, directory),
  )
})

test("all problems are reported together, one line each", () => {
  const env = {
    PORT: "0",
    SECRET: "short",
    ISSUER: "nowhere",
    DATABASE_URL: "mysql://x",
    DEMO: "maybe",
    FORM_BYTES: "1",
  }
  expect(problemsOf(env).map((problem) => problem.split(" ")[0])).toEqual(
    expect.arrayContaining(["PORT", "SECRET", "ISSUER", "DATABASE_URL", "DEMO", "FORM_BYTES"]),
  )
  expect(problemsOf(env)).toHaveLength(6)
  expect(() => parseConfig(env, directory)).toThrow(/^Fix these settings:\n( {2}- .+\n?){6}$/)
})

test("no message contains a secret", () => {
  const secrets = ["a-secret-value", "user-of-the-database", "password-of-the-database"] as const
  const [secret, user, password] = secrets
  const problems = [
    ...problemsOf({ SECRET: secret, DATABASE_URL: `mysql://${user}:${password}@db.example/login` }),
    ...problemsOf({ DATABASE_URL: `postgres://${user}:${password}@db.example/login`, PORT: "none" }),
    ...problemsOf({ ISSUER: `https://${user}:${password}@login.example.com` }),
  ].join()
  expect(problems).not.toBe("")
  for (const value of secrets) expect(problems).not.toContain(value)
})

describe("the settings of this process", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    forgetProcessState()
  })

  test("are read from its environment, once", () => {
    forgetProcessState()
    vi.stubEnv("TRUSTED_PROXIES", "0")
    vi.stubEnv("ISSUER", "https://first.example.com")
    expect(config().issuer).toBe("https://first.example.com")
    vi.stubEnv("ISSUER", "https://second.example.com")
    expect(config().issuer).toBe("https://first.example.com")
  })

  test("are read again after an error", () => {
    forgetProcessState()
    vi.stubEnv("PORT", "none")
    expect(() => config()).toThrow(ConfigError)
    vi.stubEnv("PORT", "4000")
    expect(config().PORT).toBe(4000)
  })
})
