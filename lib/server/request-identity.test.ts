import { describe, expect, test } from "vitest"
import { findTarget, setClientIdentity } from "./request-identity"

const issuer = new URL("https://login.example.com")

function identify(headers: Record<string, string>, trustedProxies = 0, socketAddress = "10.0.0.9") {
  setClientIdentity(headers, socketAddress, { trustedProxies, issuer })
  return headers
}

describe("the client's address", () => {
  test("is the socket's, whatever the request claims", () => {
    expect(identify({ "x-forwarded-for": "1.1.1.1" })["x-forwarded-for"]).toBe("10.0.0.9")
    expect(identify({})["x-forwarded-for"]).toBe("10.0.0.9")
  })

  test("is written without the IPv6 form of an IPv4 address", () => {
    expect(identify({}, 0, "::ffff:127.0.0.1")["x-forwarded-for"]).toBe("127.0.0.1")
    expect(identify({}, 0, "fe80::1%eth0")["x-forwarded-for"]).toBe("fe80::1")
  })

  test("is the n-th from the right behind n trusted proxies", () => {
    const header = { "x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.1" }
    expect(identify({ ...header }, 1)["x-forwarded-for"]).toBe("10.0.0.1")
    expect(identify({ ...header }, 2)["x-forwarded-for"]).toBe("203.0.113.7")
  })

  test("is the socket's when fewer proxies than trusted wrote the header", () => {
    expect(identify({ "x-forwarded-for": "6.6.6.6" }, 2)["x-forwarded-for"]).toBe("10.0.0.9")
    expect(identify({}, 1)["x-forwarded-for"]).toBe("10.0.0.9")
  })

  test("may come with a port, as some proxies write it", () => {
    expect(identify({ "x-forwarded-for": "203.0.113.7:4711" }, 1)["x-forwarded-for"]).toBe("203.0.113.7")
    expect(identify({ "x-forwarded-for": "[2001:db8::7]:4711" }, 1)["x-forwarded-for"]).toBe("2001:db8::7")
  })

  test("is the socket's when the header holds no address", () => {
    expect(identify({ "x-forwarded-for": "unknown" }, 1)["x-forwarded-for"]).toBe("10.0.0.9")
    expect(identify({ "x-forwarded-for": "1.2.3.4<script>" }, 1)["x-forwarded-for"]).toBe("10.0.0.9")
  })
})

test("host and scheme are the issuer's, whatever the request claims", () => {
  expect(identify({ host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" })).toEqual({
    host: "login.example.com",
    "x-forwarded-for": "10.0.0.9",
    "x-forwarded-host": "login.example.com",
    "x-forwarded-proto": "https",
  })
})

test("headers that only servers may send are dropped, others stay", () => {
  const left = identify({
    forwarded: "for=1.1.1.1;host=evil.example",
    "x-real-ip": "1.1.1.1",
    "x-forwarded-port": "1",
    "x-middleware-subrequest": "proxy:proxy:proxy",
    "x-nextjs-data": "1",
    "x-matched-path": "/admin",
    "x-now-route-matches": "1",
    authorization: "Basic abc",
    "next-action": "7f",
    rsc: "1",
    origin: "https://login.example.com",
  })
  expect(Object.keys(left).sort()).toEqual([
    "authorization",
    "host",
    "next-action",
    "origin",
    "rsc",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
  ])
})

test("a request's target is a path, or an absolute URL whose path counts", () => {
  expect(findTarget("/token?a=b")?.whole).toBe("/token?a=b")
  expect(findTarget("//evil.example/token")?.whole).toBe("//evil.example/token")
  expect(findTarget("https://evil.example/token?a=b")?.whole).toBe("/token?a=b")
  expect(findTarget("/token?a=b?c")).toMatchObject({ path: "/token", query: "a=b?c" })
  expect(findTarget("/token")).toMatchObject({ path: "/token", query: "" })
  expect(findTarget("*")).toBeNull()
  expect(findTarget("evil.example:443")).toBeNull()
  expect(findTarget("javascript:alert(1)")).toBeNull()
  expect(findTarget("")).toBeNull()
  expect(findTarget(undefined)).toBeNull()
})
