import { expect, test } from "vitest"
import { checkClients } from "./clients"

const complete = {
  response_types_supported: ["code"],
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
  id_token_signing_alg_values_supported: ["RS256", "ES256"],
  subject_types_supported: ["public"],
  scopes_supported: ["openid", "email"],
  registration_endpoint: "https://login.example.com/register",
}
const all = ["Auth.js", "openid-client", "oauth2-proxy", "Spring Security", "MCP clients"]

const findFailed = (metadata: object) =>
  checkClients({ ...complete, ...metadata })
    .filter(({ status }) => status === "failed")
    .map(({ check }) => check)

test("a complete server has everything for each client", () => {
  expect(checkClients(complete).map(({ check, status }) => [check, status])).toEqual(all.map((name) => [name, "ok"]))
})

test.each<[what: string, metadata: object, failing: string[]]>([
  ["the code flow", { response_types_supported: ["id_token"] }, all.slice(0, 4)],
  ["PKCE", { code_challenge_methods_supported: undefined }, ["Auth.js", "openid-client", "MCP clients"]],
  ["client_secret_basic", { token_endpoint_auth_methods_supported: ["client_secret_post"] }, ["Auth.js"]],
  ["client_secret_post", { token_endpoint_auth_methods_supported: ["client_secret_basic"] }, ["openid-client"]],
  ["a secret", { token_endpoint_auth_methods_supported: ["none"] }, all.slice(0, 4)],
  ["RS256", { id_token_signing_alg_values_supported: ["ES256"] }, ["Spring Security"]],
  ["subject types", { subject_types_supported: undefined }, ["Spring Security"]],
  ["the scope email", { scopes_supported: ["openid"] }, ["oauth2-proxy"]],
])("without %s, the clients that need it are named", (_, metadata, failing) => {
  expect(findFailed(metadata)).toEqual(failing)
})

test("what is missing is named", () => {
  const [, , , spring] = checkClients({ ...complete, id_token_signing_alg_values_supported: ["ES256"] })
  expect(spring?.found).toBe("The metadata has id_token_signing_alg_values_supported without RS256.")
})

test("MCP clients can register, or have a URL as their ID, or need an ID from the operator", () => {
  const mcp = (metadata: object) => checkClients({ ...complete, registration_endpoint: undefined, ...metadata }).at(-1)
  expect(mcp({})).toMatchObject({ status: "warning" })
  expect(mcp({ client_id_metadata_document_supported: true })).toMatchObject({ status: "ok" })
})
