import { type Finding, failed, type Metadata, ok, warning } from "./finding"
import type { Outcome, RegistrationBody, SelfRegistering } from "./registration"

/** A field of the metadata, and the values of which it must have one. Without values, the field must exist. */
type Need = [field: string, oneOf?: string[]]

/** A client, in the way that its documentation sets it up. */
type KnownClient = {
  name: string
  needs: Need[]
  /** How the operator registers it. */
  registration: string
  /** What it sends where it registers itself. */
  registers?: Omit<SelfRegistering, "name">
}

const code: Need[] = [
  ["response_types_supported", ["code"]],
  ["response_modes_supported", ["query"]],
  ["grant_types_supported", ["authorization_code"]],
]
const pkce: Need = ["code_challenge_methods_supported", ["S256"]]
const refresh: Need = ["grant_types_supported", ["refresh_token"]]
const authMethod = (...methods: string[]): Need => ["token_endpoint_auth_methods_supported", methods]
const idToken: Need[] = [["jwks_uri"], ["id_token_signing_alg_values_supported", ["RS256", "ES256"]]]
const scopes = (...names: string[]) => names.map((name): Need => ["scopes_supported", [name]])
const claims = (...names: string[]) => names.map((name): Need => ["claims_supported", [name]])

const deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
const named = (client: string, body: RegistrationBody) => ({ client_name: `OAuth Flow doctor: ${client}`, ...body })

const clients: KnownClient[] = [
  {
    name: "Auth.js",
    needs: [
      ...code,
      pkce,
      authMethod("client_secret_basic"),
      ...idToken,
      ...scopes("openid", "profile", "email"),
      ...claims("name", "email", "picture"),
    ],
    registration: "Register it with the redirect URI https://APP/api/auth/callback/PROVIDER.",
  },
  {
    name: "openid-client",
    needs: [...code, pkce, authMethod("client_secret_post"), ...idToken],
    registration: "Register it with its redirect URI.",
    registers: {
      sendsToken: true,
      body: named("openid-client", { redirect_uris: ["https://client.example/callback"] }),
    },
  },
  {
    name: "oauth2-proxy",
    needs: [
      ...code,
      authMethod("client_secret_basic", "client_secret_post"),
      ...idToken,
      ...scopes("openid", "email", "profile"),
      ...claims("email", "email_verified"),
    ],
    registration: "Register it with the redirect URI https://APP/oauth2/callback.",
  },
  {
    name: "Spring Security",
    needs: [
      ...code,
      authMethod("client_secret_basic", "client_secret_post"),
      ["jwks_uri"],
      ["userinfo_endpoint"],
      // It accepts no other algorithm without a bean of its own, and its parser demands the subject types.
      ["id_token_signing_alg_values_supported", ["RS256"]],
      ["subject_types_supported", ["public"]],
      ...claims("sub"),
    ],
    registration: "Register it with the redirect URI https://APP/login/oauth2/code/REGISTRATION.",
  },
  {
    name: "oidc-agent",
    needs: [
      ["device_authorization_endpoint"],
      ["grant_types_supported", [deviceCode]],
      refresh,
      ...scopes("offline_access"),
    ],
    registration: "Register it with --grant-type device_code refresh_token.",
    registers: {
      sendsToken: true,
      body: named("oidc-agent", {
        application_type: "web",
        grant_types: ["refresh_token", deviceCode],
        response_types: [],
        redirect_uris: [
          "http://localhost:8080",
          "http://localhost:4242",
          "http://localhost:43985",
          "edu.kit.data.oidc-agent:/redirect",
        ],
        scope: "openid profile offline_access",
      }),
    },
  },
]

const mcp: KnownClient = {
  name: "MCP clients",
  needs: [...code, pkce, refresh, authMethod("none")],
  registration: "",
  registers: {
    sendsToken: false,
    body: named("MCP client", {
      redirect_uris: ["http://127.0.0.1:33418/callback"],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      application_type: "native",
    }),
  },
}

const cursor: KnownClient = {
  name: "Cursor",
  needs: mcp.needs,
  registration:
    'Register it with --public --any-scheme --redirect-uri cursor://anysphere.cursor-mcp/oauth/callback, and set its ID in mcp.json ("auth": {"CLIENT_ID": …}).',
  registers: {
    sendsToken: false,
    body: named("Cursor", {
      redirect_uris: [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
      ],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    }),
  },
}

/** The clients that register themselves. The first one can start a sign-in. */
export const selfRegistering: SelfRegistering[] = [mcp, ...clients, cursor].flatMap(({ name, registers }) =>
  registers ? [{ name, ...registers }] : [],
)

/** What was tried before. */
export type Tried = {
  /** What the server did with the registration of each client, by name. */
  outcomes: Map<string, Outcome>
  /** The sign-in with a client whose ID is the URL of its metadata; null when there was none. */
  document: Finding | null
}

/** What would fail for each client. */
export function checkClients(metadata: Metadata, { outcomes, document }: Tried): Finding[] {
  const check = (client: KnownClient, report: (outcome: Outcome | undefined) => Finding) => {
    const missing = findMissing(metadata, client.needs)
    return missing.length === 0
      ? report(outcomes.get(client.name))
      : failed(
          client.name,
          `The metadata has ${missing.join(", and ")}.`,
          "Check that this is an OAuth Flow server, and that no proxy or cache changes its metadata.",
        )
  }
  return [
    ...clients.map((client) => check(client, (outcome) => reportClient(client, outcome))),
    check(mcp, (outcome) => reportMcp(metadata, outcome, document)),
    check(cursor, reportCursor),
  ]
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function findMissing(metadata: Metadata, needs: Need[]): string[] {
  const isMet = ([field, oneOf]: Need) =>
    oneOf ? oneOf.some((value) => listOf(metadata[field]).includes(value)) : metadata[field] !== undefined
  return needs
    .filter((need) => !isMet(need))
    .map(([field, oneOf]) => (oneOf ? `${field} without ${oneOf.join(" or ")}` : `no ${field}`))
}

function reportClient({ name, registration }: KnownClient, outcome: Outcome | undefined): Finding {
  const complete = "It finds everything that it needs"
  switch (outcome?.result) {
    case undefined:
      return ok(name, `${complete}. ${registration}`)
    case "registered":
      return ok(name, `${complete}, and can register itself.`)
    case "token needed":
      return ok(name, `${complete}, and can register itself with an initial access token.`)
    case "refused":
      return failed(name, `Its registration is refused: ${outcome.reason}`, registration)
  }
}

function reportMcp(metadata: Metadata, outcome: Outcome | undefined, document: Finding | null): Finding {
  const check = mcp.name
  const setting = "Set CLIENT_ID_METADATA_DOCUMENTS=on, and for older clients REGISTRATION=open."
  if (outcome?.result === "refused") return failed(check, `Their registration is refused: ${outcome.reason}`, setting)
  if (metadata.client_id_metadata_document_supported === true) return reportDocuments(outcome, document)
  switch (outcome?.result) {
    case "registered":
      return ok(check, "They can register themselves.")
    case "token needed":
      return warning(
        check,
        "To register themselves, they need an initial access token, which they cannot send.",
        setting,
      )
    case undefined:
      return metadata.registration_endpoint === undefined
        ? warning(check, "They cannot register themselves, so each needs a client ID from you.", setting)
        : warning(check, "Whether they can register themselves was not tried.", "Fix the registration first.")
  }
}

/** A client that has such a URL sends it wherever the metadata allows it, also where it could register. */
function reportDocuments(outcome: Outcome | undefined, document: Finding | null): Finding {
  const check = mcp.name
  const others = outcome?.result === "registered" ? " Older ones can register themselves." : ""
  if (document?.status === "ok") return ok(check, `They send the URL of their metadata, which works.${others}`)
  return warning(
    check,
    `They send the URL of their metadata. ${document ? "A sign-in with one failed" : "Whether the server can fetch it was not tried"}.${others}`,
    document
      ? "Fix the sign-in first."
      : "Add --client-id with such a URL: Claude Code has https://claude.ai/oauth/claude-code-client-metadata",
  )
}

function reportCursor(outcome: Outcome | undefined): Finding {
  const { name, registration } = cursor
  switch (outcome?.result) {
    case undefined:
      return ok(name, registration)
    case "registered":
      return ok(name, "It can register itself.")
    case "token needed":
      return warning(name, "To register itself, it needs an initial access token, which it cannot send.", registration)
    case "refused":
      return warning(name, `It cannot register itself: ${outcome.reason}`, registration)
  }
}
