import { expect, test } from "vitest"
import { problemsOf } from "./testing/settings"
import { parseTrustedProxies } from "./trusted-proxies"

test("TRUSTED_PROXIES is a number of proxies, or networks and addresses", () => {
  expect(parseTrustedProxies("2")).toEqual({ count: 2, networks: [] })
  expect(parseTrustedProxies("10.0.0.0/8, fd00::/8,192.0.2.7")).toEqual({
    count: 0,
    networks: [
      { address: "10.0.0.0", prefix: 8, family: "ipv4" },
      { address: "fd00::", prefix: 8, family: "ipv6" },
      { address: "192.0.2.7", prefix: 32, family: "ipv4" },
    ],
  })
  for (const text of [
    "11",
    "-1",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0.0/8/8",
    "loopback",
    "10.0.0.0/8,",
    "10.0.0.0/x",
  ]) {
    expect(parseTrustedProxies(text), text).toBeNull()
  }
})

test("an https issuer needs TRUSTED_PROXIES, and 0 is valid", () => {
  const env = { ISSUER: "https://login.example.com" }
  expect(problemsOf(env)).toEqual([expect.stringContaining("TRUSTED_PROXIES must be set")])
  for (const TRUSTED_PROXIES of ["0", "1", "10.0.0.0/8"]) expect(problemsOf({ ...env, TRUSTED_PROXIES })).toEqual([])
  expect(problemsOf({ ISSUER: "http://localhost:3000" })).toEqual([])
})
