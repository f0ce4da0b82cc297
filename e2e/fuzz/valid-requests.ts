import { assertionType } from "@/lib/clients/client-assertion"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { SoftwareAuthenticator } from "@/lib/testing/authenticator"
import { authorizationParameters, basic, makePkce, redirectUri, type TestClient } from "../fixtures/world"
import type { FoundForm } from "./forms"
import type { Material } from "./material"
import { listClientEndpoints, listPaths } from "./paths"
import type { Random } from "./random"
import { type FuzzRequest, formType, makeRequest, type Pair } from "./request"

/** Makes a request that the server accepts, unless its values were used before. */
type Maker = (material: Material, random: Random) => FuzzRequest

const pairsOf = (values: Record<string, string> | URLSearchParams): Pair[] =>
  values instanceof URLSearchParams ? [...values] : Object.entries(values)

function postForm(path: string, form: Pair[], headers: FuzzRequest["headers"] = []): FuzzRequest {
  return makeRequest("POST", path, { headers: [["Content-Type", formType], ...headers], body: { form } })
}

/** A form with the authentication of the client. */
function postAs(
  client: TestClient,
  path: string,
  values: Record<string, string>,
  { assertions, disturbed }: Material,
  random: Random,
): FuzzRequest {
  const { clientId, clientSecret, privateKey, tokenEndpointAuthMethod } = client
  if (privateKey) {
    const proof = {
      client_assertion: random.pick(random.chance(0.2) ? disturbed.assertions : assertions),
      client_assertion_type: assertionType,
    }
    return postForm(path, pairsOf({ ...values, ...proof }))
  }
  if (!clientSecret) return postForm(path, pairsOf({ ...values, client_id: clientId }))
  if (tokenEndpointAuthMethod === "client_secret_post" || random.chance(0.2))
    return postForm(path, pairsOf({ ...values, client_id: clientId, client_secret: clientSecret }))
  return postForm(path, pairsOf(values), [["Authorization", basic(clientId, clientSecret)]])
}

const bearer = (token: string): FuzzRequest["headers"] => [["Authorization", `Bearer ${token}`]]

/** The optional parameters of an authorization request, of which each request has some. */
function makeAuthorizationParameters(client: TestClient, material: Material, random: Random): URLSearchParams {
  const optional: Record<string, string> = {
    nonce: "n-0S6_WzA2Mj",
    prompt: random.pick(["none", "login", "consent", "create", "select_account", "login consent"]),
    max_age: random.pick(["0", "600", "100000"]),
    acr_values: random.pick(["1", "2", "urn:x 2"]),
    login_hint: material.user.email,
    id_token_hint: random.pick(material.tokens).id,
    ui_locales: random.pick(["de", "ja fr", "xx"]),
    claims: JSON.stringify({
      userinfo: { email: { essential: true } },
      id_token: { auth_time: null, acr: { values: ["2"] } },
    }),
    resource: "https://api.example/",
    response_mode: random.pick(["query", "form_post"]),
    display: "page",
    dpop_jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
  }
  const chosen = Object.entries(optional).filter(() => random.chance(0.2))
  return authorizationParameters(client, makePkce().codeChallenge, Object.fromEntries(chosen))
}

const cookieOf = (material: Material, random: Random): FuzzRequest["headers"] => {
  const { cookie } = random.pick(material.visitors)
  return cookie ? [["Cookie", cookie]] : []
}

const authorize: Maker = (material, random) => {
  const { basic: first, third, post, public: browserClient, pushed, strong, signed } = material.clients
  const client = random.pick([first, third, post, browserClient, pushed, strong, signed])
  const headers = cookieOf(material, random)
  const request_uri = random.pick(material.requestUris)
  if (random.chance(0.15))
    return makeRequest("GET", "/authorize", { query: pairsOf({ client_id: client.clientId, request_uri }), headers })
  if (random.chance(0.15)) {
    const { requestObject, disturbed } = material
    const request = random.chance(0.6) ? random.pick(disturbed.requestObjects) : requestObject
    const query = pairsOf({ client_id: signed.clientId, request })
    return makeRequest("GET", "/authorize", { query, headers })
  }
  const parameters = pairsOf(makeAuthorizationParameters(client, material, random))
  return random.chance(0.2)
    ? postForm("/authorize", parameters, headers)
    : makeRequest("GET", "/authorize", { query: parameters, headers })
}

const token: Maker = (material, random) => {
  const { clients, device, proofs, disturbed } = material
  const { code, codeVerifier, client } = random.pick(material.codes)
  const tokens = random.pick(material.tokens)
  const requests = [
    () => {
      const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
      return postAs(
        client,
        "/token",
        { ...form, redirect_uri: client.redirectUris[0] ?? redirectUri },
        material,
        random,
      )
    },
    () => {
      const form = { grant_type: "refresh_token", refresh_token: tokens.refresh, scope: "openid email" }
      return postAs(tokens.client, "/token", form, material, random)
    },
    () => postAs(clients.machine, "/token", { grant_type: "client_credentials", scope: "x:read" }, material, random),
    () => {
      const form = { grant_type: deviceCodeGrant, device_code: device.device_code ?? "" }
      return postAs(clients.device, "/token", form, material, random)
    },
    () => {
      const form = {
        grant_type: tokenExchangeGrant,
        subject_token: tokens.access,
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        audience: clients.api.clientId,
        scope: "email",
      }
      return postAs(clients.api, "/token", form, material, random)
    },
  ]
  const request = random.pick(requests)()
  if (random.chance(0.2)) request.headers.push(["DPoP", random.pick([proofs["/token"] ?? "", ...disturbed.proofs])])
  if (random.chance(0.2)) request.headers.push(["Origin", "https://spa.example"])
  return request
}

/** The metadata of a new client, RFC 7591 section 2. */
const makeMetadata = () => ({
  client_name: "Agent",
  redirect_uris: ["https://client.example/callback", "http://127.0.0.1/callback"],
  post_logout_redirect_uris: ["https://client.example/"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "client_secret_basic",
  scope: "openid email",
  client_uri: "https://client.example/",
  contacts: ["ada@example.com"],
  id_token_signed_response_alg: "ES256",
  software_id: "agent",
  software_version: "1",
  require_pushed_authorization_requests: false,
  jwks: {
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      },
    ],
  },
})

const register: Maker = ({ registered }, random) => {
  const { jwks, ...metadata } = makeMetadata()
  const json = random.chance(0.3) ? { ...metadata, jwks } : metadata
  const method = random.pick(["POST", "POST", "GET", "PUT", "DELETE"])
  const type: FuzzRequest["headers"] = [["Content-Type", "application/json"]]
  if (method === "POST") return makeRequest("POST", "/register", { headers: type, body: { json } })
  const query = pairsOf({ client_id: registered.client_id ?? "" })
  const headers = bearer(registered.registration_access_token ?? "")
  if (method !== "PUT") return makeRequest(method, "/register", { query, headers })
  const own = { ...json, client_id: registered.client_id, client_secret: registered.client_secret }
  return makeRequest("PUT", "/register", { query, headers: [...type, ...headers], body: { json: own } })
}

/** The endpoints for clients, and those that a client sends a browser to. */
const makers: Record<string, Maker> = {
  "/authorize": authorize,
  "/callback": (material, random) => {
    const { state, cookie } = random.pick(material.authorizations)
    const headers: FuzzRequest["headers"] = random.chance(0.9) ? [["Cookie", cookie]] : cookieOf(material, random)
    return makeRequest("GET", "/callback", { query: pairsOf({ state }), headers })
  },
  "/token": token,
  "/refresh": (material, random) => {
    const { refresh, client } = random.pick(material.tokens)
    return postAs(client, "/refresh", { refresh_token: refresh }, material, random)
  },
  "/introspect": (material, random) => {
    const { access, refresh, client } = random.pick(material.tokens)
    if (random.chance(0.3)) return makeRequest("GET", "/introspect", { headers: bearer(access) })
    const by = random.pick([client, material.clients.api])
    const request = postAs(by, "/introspect", { token: random.pick([access, refresh]) }, material, random)
    if (random.chance(0.2)) request.headers.push(["Accept", "application/token-introspection+jwt"])
    return request
  },
  "/userinfo": (material, random) => {
    const { access } = random.pick(material.tokens)
    if (random.chance(0.3)) return postForm("/userinfo", pairsOf({ access_token: access }))
    const headers = bearer(access)
    if (random.chance(0.2)) headers.push(["DPoP", material.proofs["/userinfo"] ?? ""])
    return makeRequest(random.pick(["GET", "POST"]), "/userinfo", { headers })
  },
  "/revoke": (material, random) => {
    const { access, refresh, client } = random.pick(material.tokens)
    const form = { token: random.pick([access, refresh]), token_type_hint: "refresh_token" }
    return postAs(client, "/revoke", form, material, random)
  },
  "/par": (material, random) => {
    const { basic: first, post, pushed, public: browserClient, signed } = material.clients
    const client = random.pick([first, post, pushed, browserClient, signed])
    const parameters = Object.fromEntries(makeAuthorizationParameters(client, material, random))
    return postAs(client, "/par", parameters, material, random)
  },
  "/device_authorization": (material, random) =>
    postAs(material.clients.device, "/device_authorization", { scope: "openid profile" }, material, random),
  "/register": register,
  "/end-session": (material, random) => {
    const { id, client } = random.pick(material.tokens)
    const form = pairsOf({ id_token_hint: id, client_id: client.clientId, state: "x", ui_locales: "de" })
    const headers = cookieOf(material, random)
    return random.chance(0.5)
      ? postForm("/end-session", form, headers)
      : makeRequest("GET", "/end-session", { query: form, headers })
  },
  "/jwks": () => makeRequest("GET", "/jwks"),
  "/brand.css": () => makeRequest("GET", "/brand.css"),
  "/brand-logo": () => makeRequest("GET", "/brand-logo"),
  "/client-logo": ({ clients }, random) =>
    makeRequest("GET", "/client-logo", { query: pairsOf({ client_id: random.pick(Object.values(clients)).clientId }) }),
  "/sign-in/provider/callback": (material, random) =>
    makeRequest("GET", "/sign-in/provider/callback", {
      query: pairsOf({
        code: random.pick(material.codes).code,
        state: random.pick(material.stateTokens),
        iss: material.issuer,
      }),
      headers: cookieOf(material, random),
    }),
}

/** What a person would type, by the name of the field. */
function fillIn({ fields, passkey }: FoundForm, material: Material, random: Random): Pair[] {
  const { user, issuer, authenticator, device } = material
  const typed: Record<string, () => string> = {
    email: () => random.pick([user.email, "new@example.com"]),
    password: () => random.pick([user.password, "an engine of many wheels", "x"]),
    current_password: () => user.password,
    name: () => "Grace Hopper",
    code: () => "123456",
    user_code: () => device.user_code ?? "",
    provider: () => "other",
    response() {
      if (!passkey) return ""
      const { kind, challenge } = passkey
      const counter = random.pick([0, 0, 1, 2 ** 31, 2 ** 32 - 1])
      return kind === "create"
        ? new SoftwareAuthenticator().create({ challenge, origin: issuer, counter })
        : authenticator.answer({ challenge, origin: issuer, userHandle: user.id, counter })
    },
  }
  return fields.map(([name, value]): Pair => {
    const fill = value === "" ? typed[String(name)] : undefined
    return [name, fill ? fill() : value]
  })
}

/** Fields for an endpoint whose form is on no page that the browsers of the material can see. */
function guessForm(path: string, material: Material, random: Random): FuzzRequest {
  const fields = pairsOf({
    state: random.pick(material.stateTokens),
    token: random.pick(material.links),
    decision: random.pick(["allow", "remove", "skip", "switch"]),
    email: material.user.email,
    password: material.user.password,
    code: "123456",
    provider: "other",
    account: "x",
    browser: "x",
    passkey: material.authenticator.id,
  })
  return postOwnForm(path, fields, cookieOf(material, random), material)
}

const postOwnForm = (path: string, form: Pair[], headers: FuzzRequest["headers"], { issuer }: Material) =>
  postForm(path, form, [["Origin", issuer], ["Sec-Fetch-Site", "same-origin"], ...headers])

const { endpoints, pages, files } = listPaths()
const forms = endpoints.filter((path) => path.endsWith("/submit"))
const others = endpoints.filter((path) => !path.endsWith("/submit"))

/**
 * Makes a valid request. The path is chosen first, so that each gets the same share, but the endpoints for clients more.
 * @param path the path of a route; random without it
 */
export function makeValidRequest(material: Material, random: Random, path = pickPath(random)): FuzzRequest {
  const maker = makers[path]
  if (maker) return maker(material, random)
  if (path.endsWith("/submit")) return makeForm(path, material, random)
  return visitPage(path, material, random)
}

for (const path of listClientEndpoints()) {
  if (!makers[path] && !path.startsWith("/.well-known/"))
    throw new Error(`Add a valid request to ${path} in e2e/fuzz/valid-requests.ts.`)
}

const clientPaths = Object.keys(makers).filter((path) => others.includes(path))

function pickPath(random: Random): string {
  const kind = random.int(20)
  if (kind < 8) return random.pick(clientPaths)
  if (kind < 14) return random.pick(forms)
  if (kind < 18) return random.pick([...pages, ...others])
  if (kind < 19) return random.pick(files)
  return random.pick(["/token", "/authorize", "/register"])
}

function makeForm(path: string, material: Material, random: Random): FuzzRequest {
  const found = material.forms.filter(({ action }) => action.split("?")[0] === path)
  if (found.length === 0 || random.chance(0.05)) return guessForm(path, material, random)
  const form = random.pick(found)
  const headers: FuzzRequest["headers"] = form.cookie ? [["Cookie", form.cookie]] : []
  return postOwnForm(path, fillIn(form, material, random), headers, material)
}

/** A page, with the parameters that the pages read. */
function visitPage(page: string, material: Material, random: Random): FuzzRequest {
  const path = page.replace("[id]", random.pick(material.flowIds))
  const known = material.visitors.flatMap(({ cookie, paths }) =>
    paths.filter((visited) => visited.split("?")[0] === path).map((visited) => ({ cookie, visited })),
  )
  const { cookie, visited } = known.length > 0 ? random.pick(known) : { cookie: "", visited: path }
  const query = pairsOf(new URLSearchParams(visited.split("?")[1] ?? ""))
  const optional: Record<string, string> = {
    state: random.pick(material.stateTokens),
    token: random.pick(material.links),
    next: "/account",
    as: random.pick(["json", "har", "mermaid"]),
    q: random.pick(["refused", "client", material.flowIds[0] ?? "", "2026-01-01"]),
    outcome: "refused",
    after: random.pick(["1", "2147483648", "9999999999999999"]),
    before: random.pick(["1", "99999999999999"]),
    user_code: material.device.user_code ?? "",
    client_id: material.clients.basic.clientId,
    result: "allowed",
    offer: "",
  }
  for (const [name, value] of Object.entries(optional)) if (random.chance(0.15)) query.push([name, value])
  const cookies = page.startsWith("/flows") && random.chance(0.8) ? material.operatorCookie : cookie
  const headers: FuzzRequest["headers"] = [
    ["Accept", "text/html"],
    ...(cookies ? [["Cookie", cookies] as [string, string]] : []),
  ]
  return makeRequest("GET", path, { query, headers })
}
