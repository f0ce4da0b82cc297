import { registerClient, resolveClientMetadata } from "@modelcontextprotocol/client"
import { customFetch, dynamicClientRegistration } from "openid-client"
import { expect, test } from "vitest"
import { checkClients, selfRegistering } from "./clients"
import { type Finding, failed, ok } from "./finding"
import type { Outcome } from "./registration"

const complete = {
  response_types_supported: ["code"],
  response_modes_supported: ["query", "form_post"],
  grant_types_supported: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
  id_token_signing_alg_values_supported: ["RS256", "ES256"],
  subject_types_supported: ["public"],
  scopes_supported: ["openid", "profile", "email", "offline_access"],
  claims_supported: ["sub", "name", "email", "email_verified", "picture"],
  jwks_uri: "https://login.example.com/jwks",
  userinfo_endpoint: "https://login.example.com/userinfo",
  device_authorization_endpoint: "https://login.example.com/device_authorization",
  registration_endpoint: "https://login.example.com/register",
}
const mcp = ["MCP clients", "Cursor"]
const web = ["Auth.js", "openid-client", "oauth2-proxy", "Spring Security"]
const all = [...web, "oidc-agent", ...mcp]

const check = (metadata: object, outcomes: [string, Outcome][] = [], document: Finding | null = null) =>
  checkClients({ ...complete, ...metadata }, { outcomes: new Map(outcomes), document })
const registered: Outcome = { result: "registered" }
const everyOne = (outcome: Outcome) => selfRegistering.map(({ name }): [string, Outcome] => [name, outcome])

const findFailed = (metadata: object) =>
  check(metadata)
    .filter(({ status }) => status === "failed")
    .map((finding) => finding.check)

test("a complete server has everything for each client", () => {
  const findings = check({}, everyOne(registered))
  expect(findings.map((finding) => [finding.check, finding.status])).toEqual(all.map((name) => [name, "ok"]))
})

test.each<[what: string, metadata: object, failing: string[]]>([
  ["the code flow", { response_types_supported: ["id_token"] }, [...web, ...mcp]],
  ["query responses", { response_modes_supported: ["form_post"] }, [...web, ...mcp]],
  ["the code grant", { grant_types_supported: ["refresh_token"] }, [...web, "oidc-agent", ...mcp]],
  ["refresh tokens", { grant_types_supported: ["authorization_code"] }, ["oidc-agent", ...mcp]],
  ["PKCE", { code_challenge_methods_supported: undefined }, ["Auth.js", "openid-client", ...mcp]],
  ["client_secret_basic", { token_endpoint_auth_methods_supported: ["client_secret_post", "none"] }, ["Auth.js"]],
  ["client_secret_post", { token_endpoint_auth_methods_supported: ["client_secret_basic", "none"] }, ["openid-client"]],
  ["a secret", { token_endpoint_auth_methods_supported: ["none"] }, web],
  ["public clients", { token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"] }, mcp],
  ["RS256", { id_token_signing_alg_values_supported: ["ES256"] }, ["Spring Security"]],
  ["an algorithm that is known", { id_token_signing_alg_values_supported: ["PS512"] }, web],
  ["keys", { jwks_uri: undefined }, web],
  ["userinfo", { userinfo_endpoint: undefined }, ["Spring Security"]],
  ["subject types", { subject_types_supported: undefined }, ["Spring Security"]],
  ["the scope email", { scopes_supported: ["openid", "profile", "offline_access"] }, ["Auth.js", "oauth2-proxy"]],
  ["the scope offline_access", { scopes_supported: ["openid", "profile", "email"] }, ["oidc-agent"]],
  ["the claim email_verified", { claims_supported: ["sub", "name", "email", "picture"] }, ["oauth2-proxy"]],
  ["the device grant", { device_authorization_endpoint: undefined }, ["oidc-agent"]],
])("without %s, the clients that need it are named", (_, metadata, failing) => {
  expect(findFailed(metadata)).toEqual(failing)
})

test.each([5, "openid profile email", null, {}])("a list that is %j has nothing in it", (scopes_supported) => {
  expect(findFailed({ scopes_supported })).toEqual(["Auth.js", "oauth2-proxy", "oidc-agent"])
})

test("what is missing is named", () => {
  const [, , , spring] = check({ id_token_signing_alg_values_supported: ["ES256"], jwks_uri: undefined })
  expect(spring?.found).toBe("The metadata has no jwks_uri, and id_token_signing_alg_values_supported without RS256.")
})

test("a registration that the server refuses is reported in its words", () => {
  const findings = check({}, everyOne({ result: "refused", reason: "too long." }))
  const refused = findings.filter(({ found }) => found.includes("too long."))
  expect(refused.map((finding) => [finding.check, finding.status])).toEqual([
    ["openid-client", "failed"],
    ["oidc-agent", "failed"],
    ["MCP clients", "failed"],
    // It is expected, and the operator can register it.
    ["Cursor", "warning"],
  ])
})

test("MCP clients register, or have a URL as their ID, or need an ID from the operator", () => {
  const find = (metadata: object, outcomes?: [string, Outcome][], document?: Finding) =>
    check(metadata, outcomes, document).find((finding) => finding.check === "MCP clients")
  const off = { registration_endpoint: undefined }
  const withUrl = { client_id_metadata_document_supported: true }
  const tokenNeeded = everyOne({ result: "token needed" })
  const [works, fails] = [ok("Sign-in", ""), failed("Sign-in", "", "")]
  const cases: [found: Finding | undefined, status: string, text: RegExp][] = [
    [find({}, everyOne(registered)), "ok", /^They can register themselves\.$/],
    [find({}), "warning", /was not tried/],
    [find({}, tokenNeeded), "warning", /cannot send/],
    [find(off), "warning", /client ID from you/],
    [find({ ...off, ...withUrl }, [], works), "ok", /which works\.$/],
    [find(withUrl, everyOne(registered), works), "ok", /which works. Older ones can register themselves/],
    [find(withUrl, everyOne(registered), fails), "warning", /failed/],
    [find(withUrl, tokenNeeded), "warning", /was not tried/],
  ]
  for (const [finding, status, text] of cases) {
    expect(finding).toMatchObject({ status, found: expect.stringMatching(text) })
  }
})

const bodyOf = (wanted: string) => selfRegistering.find(({ name }) => name === wanted)?.body
const issuer = "https://login.example.com"

/** A server that answers every request, and keeps the last JSON that it received. */
function recordRequests() {
  const recorded = { body: {} }
  const respond = async (_url: unknown, init?: { method?: string; body?: unknown }) => {
    if (init?.method !== "POST") return Response.json({ ...complete, issuer })
    recorded.body = JSON.parse(String(init.body))
    return Response.json({ ...recorded.body, client_id: "a" }, { status: 201 })
  }
  return { recorded, respond }
}

test("an MCP client sends the body that the doctor sends", async () => {
  const { recorded, respond } = recordRequests()
  const { client_name, redirect_uris } = { client_name: "", ...bodyOf("MCP clients") } as {
    client_name: string
    redirect_uris: string[]
  }
  const clientMetadata = resolveClientMetadata({
    redirectUrl: redirect_uris[0],
    clientMetadata: { client_name, redirect_uris, token_endpoint_auth_method: "none" },
  })
  await registerClient(issuer, { clientMetadata, fetchFn: respond })
  expect(recorded.body).toEqual(bodyOf("MCP clients"))
})

test("openid-client sends the body that the doctor sends", async () => {
  const { recorded, respond } = recordRequests()
  await dynamicClientRegistration(new URL(issuer), { ...bodyOf("openid-client") }, undefined, {
    [customFetch]: respond,
  })
  expect(recorded.body).toEqual(bodyOf("openid-client"))
})
