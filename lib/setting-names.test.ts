import { describe, expect, test } from "vitest"
import { applySettings, problemsOf } from "@/lib/testing/settings"
import { findMisspelt } from "./setting-names"

const settings = Object.keys(applySettings()).filter((name) => /^[A-Z_]+$/.test(name))
const names = [...settings, "ISSUER", "DATABASE_URL", "FLOW_INSPECTOR"]

describe("a misspelt setting is found:", () => {
  test.each([
    ["SIGNUP", "SIGN_UP"],
    ["sign_up", "SIGN_UP"],
    ["SIGN-UP", "SIGN_UP"],
    ["TRUSTED_PROXY", "TRUSTED_PROXIES"],
    ["TRUSTEDPROXIES", "TRUSTED_PROXIES"],
    ["ACCESS_TOKEN_SECOND", "ACCESS_TOKEN_SECONDS"],
    ["ACESS_TOKEN_SECONDS", "ACCESS_TOKEN_SECONDS"],
    ["SIGN_IN_ATEMPTS_PER_ADDRESS", "SIGN_IN_ATTEMPTS_PER_ADDRESS"],
    ["PASSWORD_WORKER", "PASSWORD_WORKERS"],
    ["DATABSE_URL", "DATABASE_URL"],
    ["FLOWINSPECTOR", "FLOW_INSPECTOR"],
  ])("%s looks like %s", (name, setting) => {
    expect(findMisspelt([name], names)).toEqual([{ name, setting }])
  })
})

test("other programs' variables are ignored", () => {
  const others = [
    ...[
      "PATH",
      "HOME",
      "HOSTNAME",
      "HOSTTYPE",
      "host",
      "ports",
      "PORTS",
      "Port",
      "POST",
      "SECRETS",
      "DEMOS",
      "ISSUERS",
    ],
    ...["PGHOST", "PGPORT", "PGDATABASE", "TEST_POSTGRES_URL", "POSTGRES_URL", "REDIS_URL", "DIRECT_DATABASE_URL"],
    ...["NODE_ENV", "NODE_OPTIONS", "LOGNAME", "LOG_FILE", "LOG_FORMAT", "SESSION_SECRET", "SESSION_MANAGER", "SHELL"],
    ...["npm_config_loglevel", "npm_lifecycle_event", "OTEL_SERVICE_NAME", "NEXT_RUNTIME", "KUBERNETES_SERVICE_HOST"],
    ...[
      "XDG_SESSION_ID",
      "SSH_AUTH_SOCK",
      "AWS_SESSION_TOKEN",
      "ACCESS_TOKEN",
      "SIGN",
      "PROCESSOR_LEVEL",
      "SIGNUPS_URL",
    ],
    ...["OAUTH_FLOW_ROLE", "PASSWORD_STORE_DIR", "PROXY_TRUSTED", "HTTP_PROXY", "SQLITE_TMPDIR", "DEMO_MODE"],
    ...["LOGLEVEL", "log_level", "DATABASE_URI", "DATABASE_URLS", "DATABASE_URL_2", "DATABASE1_URL", "DATABASE_URL2"],
    ...["SESSION_SECRETS", "ACCESS_TOKEN_SECRETS", "ID_TOKEN_SECRET", "AUTH_CODE_SECRETS", "JWT_TOKEN_SECONDS"],
  ]
  expect(findMisspelt(others, names)).toEqual([])
})

test("a name that resembles a setting is ignored when that setting is set too", () => {
  expect(findMisspelt(["DATABASE_URL", "DATABASEURL"], names)).toEqual([])
})

test("no setting resembles another", () => {
  for (const name of names) {
    const others = names.filter((other) => other !== name)
    expect(findMisspelt([name], others), name).toEqual([])
  }
})

test("a misspelt setting stops the start; the message has the right name and no value", () => {
  expect(problemsOf({ SIGNUP: "off" })).toEqual(["SIGNUP is not a setting. Did you mean SIGN_UP? Rename or remove it"])
  expect(problemsOf({ SIGNUP: "", LOGLEVEL: "warn", DATABASE_URL_2: "postgres://other" })).toEqual([])
})
