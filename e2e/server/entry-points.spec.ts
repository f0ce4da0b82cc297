import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import type { TestServer } from "../fixtures/server"
import {
  authorizationParameters,
  basic,
  expect,
  insertUser,
  makePkce,
  obtainTokens,
  openBrowser,
  registerClient,
  test,
} from "../fixtures/world"

let throughNext: TestServer
test.beforeAll(async () => {
  throughNext = await startInstance({ ENDPOINTS_THROUGH_NEXT: "on", REGISTRATION: "open" })
})
test.afterAll(() => throughNext?.stop())

/** Headers of the connection and the encoding, and those that differ between any two responses. */
const transportHeaders = ["connection", "content-encoding", "content-length", "date", "keep-alive", "transfer-encoding"]

/** Status, headers and body, without the differences of Next's router and random values. */
async function describeResponse(response: Response) {
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !transportHeaders.includes(name)))
  // Next adds its router's headers and its compression.
  const vary = headers.vary?.split(", ").filter((name) => !/^(rsc|next-|accept-encoding)/i.test(name))
  const { vary: _, ...others } = headers
  const flowId = others["x-flow-id"] ?? "no flow"
  // Sealed again in each response.
  if (others["set-cookie"]) others["set-cookie"] = others["set-cookie"].replace(/=ey[^;]*/g, "=SEALED")
  const text = (await response.text()).replace(/nonce="[^"]*"/g, "").replaceAll(flowId, "FLOW")
  for (const [name, value] of Object.entries(others)) {
    others[name] = value.replace(/nonce-[^']*/g, "nonce").replace(flowId, "FLOW")
  }
  return { status: response.status, headers: { ...others, ...(vary?.length && { vary: [...new Set(vary)] }) }, text }
}

const form = "application/x-www-form-urlencoded"

test("both entry points give the same responses: status, headers, body, redirects, cookies and errors", async () => {
  const client = await registerClient()
  const browserClient = await registerClient({
    tokenEndpointAuthMethod: "none",
    redirectUris: ["https://spa.example/cb"],
  })
  const user = await insertUser()
  const { access_token, refresh_token } = await obtainTokens(client, user)
  const cookie = [...(await openBrowser(user)).cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  const query = (changes = {}) => `/authorize?${authorizationParameters(client, makePkce().codeChallenge, changes)}`
  const authorization = basic(client.clientId, client.clientSecret ?? "")
  const post = (body: string, headers = {}) => ({ method: "POST", body, headers: { "Content-Type": form, ...headers } })

  const requests: [path: string, init?: RequestInit][] = [
    ["/jwks"],
    ["/jwks", { method: "HEAD" }],
    ["/jwks", { method: "DELETE" }],
    ["/jwks", { headers: { Origin: "https://other.example" } }],
    ["/.well-known/openid-configuration"],
    ["/.well-known/oauth-authorization-server"],
    ["/.well-known/oauth-authorization-server", { method: "OPTIONS" }],
    ["/token"],
    ["/token", { method: "OPTIONS", headers: { Origin: "https://spa.example" } }],
    ["/token", post("grant_type=authorization_code&code=x", { Authorization: authorization })],
    ["/token", post("grant_type=authorization_code&code=x&code=y", { Authorization: authorization })],
    ["/token", post("grant_type=password", { Authorization: basic(client.clientId, "not the secret") })],
    ["/token", post(`client_id=${browserClient.clientId}`, { Origin: "https://spa.example" })],
    ["/token", post(`client_id=${browserClient.clientId}`, { Origin: "https://evil.example" })],
    ["/token?grant_type=refresh_token", post("")],
    ["/token", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } }],
    ["/token", post(`a=${"b".repeat(40_000)}`)],
    ["/refresh", post("refresh_token=x", { Authorization: authorization })],
    ["/introspect", post(`token=${access_token}`, { Authorization: authorization })],
    ["/introspect", post(`token=${refresh_token}`, { Authorization: authorization })],
    ["/introspect", { headers: { Authorization: `Bearer ${access_token}` } }],
    ["/introspect", { headers: { Authorization: "Bearer x" } }],
    ["/introspect?access_token=x"],
    ["/userinfo", { headers: { Authorization: `Bearer ${access_token}`, Origin: "https://spa.example" } }],
    ["/userinfo", { method: "PUT" }],
    ["/revoke", post("token=unknown", { Authorization: authorization })],
    ["/revoke", post("", { Authorization: authorization })],
    ["/authorize"],
    ["/authorize", { headers: { Accept: "application/json" } }],
    ["/authorize", { method: "HEAD" }],
    ["/authorize", post("client_id=x", { "Sec-Fetch-Site": "cross-site" })],
    ["/authorize?client_id=unknown"],
    [query({ redirect_uri: "https://evil.example/cb" })],
    [query({ response_type: "token" })],
    [query({ scope: "everything" })],
    [query({ prompt: "none" })],
    [query(), { headers: { "Sec-Purpose": "prefetch" } }],
    ["/callback"],
    ["/callback?state=x&state=y"],
    ["/sign-in/submit"],
    ["/sign-in/submit", post("email=a")],
    ["/sign-in/submit", post("", { Origin: testEnvironment().issuer })],
    ["/sign-out/submit", post("", { Origin: testEnvironment().issuer })],
    ["/consent/submit", post("decision=allow", { Origin: testEnvironment().issuer })],
    ["/sign-up/submit", post(`a=${"b".repeat(40_000)}`, { Origin: testEnvironment().issuer })],
    ["/token/"],
  ]
  for (const [path, init] of requests) {
    const name = `${init?.method ?? "GET"} ${path.slice(0, 80)}`
    const answers = await Promise.all(
      [testEnvironment().issuer, throughNext.baseUrl].map(async (baseUrl) =>
        describeResponse(await fetch(`${baseUrl}${path}`, { redirect: "manual", ...init })),
      ),
    )
    expect(answers[0], name).toEqual(answers[1])
  }

  // The code, and the state token with its cookie, are new in each response.
  for (const headers of [undefined, { Cookie: cookie }]) {
    const shapes = await Promise.all(
      [testEnvironment().issuer, throughNext.baseUrl].map(async (baseUrl) => {
        const response = await fetch(`${baseUrl}${query()}`, { redirect: "manual", headers })
        const location = new URL(response.headers.get("location") ?? "")
        const cookies = response.headers.getSetCookie().map((value) => value.replace(/-browser-[^;]*/, "-browser"))
        return [response.status, location.origin, location.pathname, [...location.searchParams.keys()], cookies]
      }),
    )
    expect(shapes[0]).toEqual(shapes[1])
    expect(shapes[0]?.[0]).toBe(303)
  }
})

test("a HEAD response has the Content-Length of its GET response - RFC 9110 8.6", async () => {
  const { issuer } = testEnvironment()
  const head = await fetch(`${issuer}/jwks`, { method: "HEAD", headers: { "Accept-Encoding": "identity" } })
  const body = await (await fetch(`${issuer}/jwks`)).arrayBuffer()
  expect(head.headers.get("content-length")).toBe(String(body.byteLength))
})
