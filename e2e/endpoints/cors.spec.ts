import { randomBytes } from "node:crypto"
import { testEnvironment } from "../fixtures/environment"
import { expect, registerClient, test } from "../fixtures/world"

const clientEndpoints = ["/token", "/refresh", "/revoke", "/introspect", "/userinfo"]
const publicDocuments = ["/jwks", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
const pages = ["/authorize", "/callback", "/sign-in", "/consent", "/"]

const uniqueHost = () => `spa-${randomBytes(6).toString("hex")}.example`
const send = (path: string, origin: string, init: RequestInit = {}) =>
  fetch(new URL(path, testEnvironment().issuer), {
    redirect: "manual",
    ...init,
    headers: { Origin: origin, ...init.headers },
  })
const preflight = (path: string, origin: string) =>
  send(path, origin, {
    method: "OPTIONS",
    headers: { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization" },
  })
const corsHeaders = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith("access-control")))

/** A browser client and its origin. */
async function registerBrowserClient() {
  const origin = `https://${uniqueHost()}`
  const client = await registerClient({ tokenEndpointAuthMethod: "none", redirectUris: [`${origin}/callback?x=1`] })
  return { client, origin }
}

test("the registered origin of a browser client can read every response, including errors - Fetch (CORS protocol), RFC 9700 2.6", async () => {
  const { origin } = await registerBrowserClient()
  for (const path of clientEndpoints) {
    const response = await send(path, origin, { method: "POST", body: new URLSearchParams({ x: "y" }) })
    expect(response.ok).toBe(false)
    expect(corsHeaders(response), path).toEqual({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "WWW-Authenticate, Retry-After, X-Flow-Id, DPoP-Nonce",
    })
    expect(response.headers.get("vary"), path).toContain("Origin")
  }
})

test("its preflight is answered, for Authorization and form posts - Fetch (CORS protocol)", async () => {
  const { origin } = await registerBrowserClient()
  const methods: Record<string, string> = { "/introspect": "GET, POST", "/userinfo": "GET, POST" }
  for (const path of clientEndpoints) {
    const response = await preflight(path, origin)
    expect(response.status, path).toBe(204)
    expect(corsHeaders(response), path).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": methods[path] ?? "POST",
      "access-control-allow-headers": "authorization",
    })
  }
})

test("a preflight allows the headers that tracing adds, and copies nothing else - Fetch (CORS protocol)", async () => {
  const { origin } = await registerBrowserClient()
  const allowed = async (requested: string) => {
    const headers = { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": requested }
    const response = await send("/token", origin, { method: "OPTIONS", headers })
    return response.headers.get("access-control-allow-headers")
  }
  for (const requested of [
    "authorization,content-type,traceparent,tracestate,baggage",
    "sentry-trace, x-datadog-trace-id",
  ])
    expect(await allowed(requested)).toBe(requested)
  for (const malformed of ["", "a b", "*", "a;b", `x${"-x".repeat(600)}`])
    expect(await allowed(malformed)).toBe("Authorization, Content-Type, MCP-Protocol-Version")
})

test("a redirect to the canonical path of a public document can be followed from any page - Fetch (CORS protocol)", async () => {
  for (const path of publicDocuments) {
    const response = await send(`${path}/`, "https://elsewhere.example")
    expect([response.status, response.headers.get("location")]).toEqual([308, `${testEnvironment().issuer}${path}`])
    expect(response.headers.get("access-control-allow-origin")).toBe("*")
  }
  const token = await send("/token/", "https://elsewhere.example")
  expect([token.status, corsHeaders(token)]).toEqual([308, {}])
})

test("cookies are never allowed - Fetch (CORS protocol)", async () => {
  const { origin } = await registerBrowserClient()
  for (const path of [...clientEndpoints, ...publicDocuments])
    for (const response of [await send(path, origin), await preflight(path, origin)])
      expect(response.headers.get("access-control-allow-credentials"), path).toBeNull()
})

test("an unregistered origin can read nothing, however similar it is - Fetch (CORS protocol)", async () => {
  const { origin } = await registerBrowserClient()
  const { host } = new URL(origin)
  const near = [
    "https://elsewhere.example",
    `http://${host}`,
    `https://${host}:8443`,
    `https://www.${host}`,
    `https://x${host}`,
    `https://${host}.elsewhere.example`,
    `https://${host.replace("-", "_")}`,
    `https://${host.replace("-", "%")}`,
    `https://${host.toUpperCase()}`,
    `https://${host}/`,
    `https://${host} https://elsewhere.example`,
    `https://${host.slice(0, -1)}`,
    "https://",
    "https://%",
    "null",
    "*",
    "_",
    "%",
    "x".repeat(4000),
  ]
  for (const path of clientEndpoints) {
    for (const other of near) {
      const about = `${path} ${other.slice(0, 100)}`
      const response = await send(path, other, { method: "POST", body: new URLSearchParams({ x: "y" }) })
      expect(response.headers.get("access-control-allow-origin"), about).toBeNull()
      expect(response.headers.get("vary"), about).toContain("Origin")
    }
    expect(
      (await preflight(path, "https://elsewhere.example")).headers.get("access-control-allow-origin"),
      path,
    ).toBeNull()
  }
})

test("the origin of a confidential client's redirect URI is not allowed - RFC 9700 2.6", async () => {
  const origin = `https://${uniqueHost()}`
  await registerClient({ redirectUris: [`${origin}/callback`] })
  expect((await send("/token", origin, { method: "POST" })).headers.get("access-control-allow-origin")).toBeNull()
})

test("an app's own scheme does not allow the origin null - RFC 8252 7.1", async () => {
  await registerClient({ tokenEndpointAuthMethod: "none", redirectUris: ["com.example.notes:/callback"] })
  expect((await send("/token", "null", { method: "POST" })).headers.get("access-control-allow-origin")).toBeNull()
})

test("metadata and keys are public - RFC 8414 3", async () => {
  for (const path of publicDocuments) {
    for (const response of [await send(path, "https://elsewhere.example"), await preflight(path, "null")])
      expect(response.headers.get("access-control-allow-origin"), path).toBe("*")
  }
})

test("every page can read the registration endpoint, its flow ID included - Fetch (CORS protocol)", async () => {
  const response = await send("/register", "https://elsewhere.example", { method: "POST", body: "{}" })
  expect(response.headers.get("x-flow-id")).not.toBeNull()
  expect(corsHeaders(response)).toEqual({
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "WWW-Authenticate, Retry-After, X-Flow-Id, DPoP-Nonce",
  })
})

test("pages, /authorize and /callback are not for other origins - RFC 9700 2.6", async () => {
  const { origin } = await registerBrowserClient()
  for (const path of pages)
    for (const response of [await send(path, origin), await preflight(path, origin)])
      expect(corsHeaders(response), path).toEqual({})
})
