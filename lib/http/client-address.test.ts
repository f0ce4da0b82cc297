import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { log } from "@/lib/log"
import { applySettings } from "@/lib/testing/settings"
import { overwriteForwardingHeaders, readClientAddress, readRawQuery } from "./client-address"

function overwrite(headers: Record<string, string>, trusted = "0", socketAddress = "10.0.0.9") {
  applySettings({ TRUSTED_PROXIES: trusted, LOG_LEVEL: "silent" })
  overwriteForwardingHeaders({ headers, url: "/sign-in?a=%ff", socket: { remoteAddress: socketAddress } })
  return headers
}

const addressOf = (header: string, trusted?: string, socketAddress?: string) =>
  overwrite({ "x-forwarded-for": header }, trusted, socketAddress)["x-forwarded-for"]

describe("the client's address", () => {
  test("is the socket's, whatever the request claims", () => {
    expect(addressOf("1.1.1.1")).toBe("10.0.0.9")
    expect(overwrite({})["x-forwarded-for"]).toBe("10.0.0.9")
  })

  test("is written without the IPv6 form of an IPv4 address", () => {
    expect(overwrite({}, "0", "::ffff:127.0.0.1")["x-forwarded-for"]).toBe("127.0.0.1")
    expect(overwrite({}, "0", "fe80::1%eth0")["x-forwarded-for"]).toBe("fe80::1")
  })

  test("is the n-th from the right behind n trusted proxies", () => {
    expect(addressOf("6.6.6.6, 203.0.113.7, 10.0.0.1", "1")).toBe("10.0.0.1")
    expect(addressOf("6.6.6.6, 203.0.113.7, 10.0.0.1", "2")).toBe("203.0.113.7")
  })

  test("is the socket's when fewer proxies than trusted wrote the header", () => {
    expect(addressOf("6.6.6.6", "2")).toBe("10.0.0.9")
    expect(overwrite({}, "1")["x-forwarded-for"]).toBe("10.0.0.9")
  })

  test("is the first address from the right that is in no trusted network", () => {
    const networks = "10.0.0.0/8, fd00::/8"
    expect(addressOf("6.6.6.6, 203.0.113.7, 10.1.2.3", networks)).toBe("203.0.113.7")
    expect(addressOf("6.6.6.6, fd00::17", networks)).toBe("6.6.6.6")
    expect(addressOf("10.0.0.1, 10.0.0.2", networks)).toBe("10.0.0.1")
    expect(addressOf("2001:db8::7, 10.0.0.1", networks)).toBe("2001:db8::7")
  })

  test("is the socket's when the socket is in no trusted network", () => {
    expect(addressOf("6.6.6.6", "10.0.0.0/8", "198.51.100.1")).toBe("198.51.100.1")
    expect(addressOf("6.6.6.6", "10.0.0.9")).toBe("6.6.6.6")
    expect(addressOf("6.6.6.6", "10.0.0.8")).toBe("10.0.0.9")
  })

  test("may come with a port, as some proxies write it", () => {
    expect(addressOf("203.0.113.7:4711", "1")).toBe("203.0.113.7")
    expect(addressOf("[2001:db8::7]:4711", "1")).toBe("2001:db8::7")
  })

  test("is the socket's when the header holds no address", () => {
    for (const trusted of ["1", "10.0.0.0/8"]) {
      expect(addressOf("unknown", trusted)).toBe("10.0.0.9")
      expect(addressOf("1.2.3.4<script>", trusted)).toBe("10.0.0.9")
    }
  })
})

describe("a forwarded header that is not trusted", () => {
  beforeEach(() => void applySettings({ LOG_LEVEL: "silent" }))
  afterEach(() => vi.restoreAllMocks())

  test("is one warning in the log, however many requests have it", () => {
    const warn = vi.spyOn(log(), "warn")
    for (let i = 0; i < 3; i++)
      overwriteForwardingHeaders({ headers: { "x-forwarded-for": "203.0.113.7" }, socket: {} })
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ event: "forwarded_header_not_trusted" }))
  })
})

test("host and scheme are the issuer's, whatever the request claims", () => {
  expect(overwrite({ host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" })).toEqual({
    host: "login.example.com",
    "x-forwarded-for": "10.0.0.9",
    "x-forwarded-host": "login.example.com",
    "x-forwarded-proto": "https",
    "x-oauth-flow-checked": expect.any(String),
    "x-oauth-flow-query": "a=%ff",
  })
})

test("Next's requests have an address and a raw query only when this process has seen them", () => {
  const headers = overwrite({ "x-forwarded-for": "1.1.1.1", "x-oauth-flow-checked": "guessed" })
  expect(readClientAddress((name) => headers[name] ?? null)).toBe("10.0.0.9")
  expect(readRawQuery((name) => headers[name] ?? null)).toBe("a=%ff")
  const unchecked: Record<string, string> = { "x-forwarded-for": "1.1.1.1", "x-oauth-flow-checked": "guessed" }
  expect(readClientAddress((name) => unchecked[name] ?? null)).toBe("unknown")
  expect(readRawQuery((name) => unchecked[name] ?? null)).toBeNull()
})

test("headers that only servers may send are dropped, others stay", () => {
  const left = overwrite({
    forwarded: "for=1.1.1.1;host=evil.example",
    "x-real-ip": "1.1.1.1",
    "x-forwarded-port": "1",
    "x-middleware-subrequest": "proxy:proxy:proxy",
    "x-nextjs-data": "1",
    "x-matched-path": "/admin",
    "x-now-route-matches": "1",
    authorization: "Basic abc",
    rsc: "1",
    origin: "https://login.example.com",
  })
  expect(Object.keys(left).sort()).toEqual([
    "authorization",
    "host",
    "origin",
    "rsc",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-oauth-flow-checked",
    "x-oauth-flow-query",
  ])
})
