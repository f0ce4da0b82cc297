/**
 * The sequence diagrams of the system as data: participants and steps in order. Services report these steps as they take
 * them (flow.ts), the inspector draws them, and mermaid.ts generates the diagrams of the docs from them.
 */
export const participants = {
  client: "Client",
  authentication: "Authentication Service",
  authorization: "Authorization Service",
  data: "Data Layer",
  tokenIssue: "Token Issue Service",
  introspection: "Introspection Service",
  refresh: "Refresh Service",
  revocation: "Revocation Service",
} as const

export type Participant = keyof typeof participants

type Step = {
  /** Its name within the diagram. */
  name: string
  from: Participant
  /** Equal to `from` for a step within one participant. */
  to: Participant
  text: string
}

export type Diagram = {
  title: string
  participants: readonly Participant[]
  steps: readonly Step[]
  /** The steps that are requests. */
  requests: Readonly<Record<string, string>>
  /** Steps that only some runs have. They have no number, and are not in the diagrams of the docs. */
  optional?: readonly string[]
}

const step = <const Name extends string>(name: Name, from: Participant, to: Participant, text: string) =>
  ({ name, from, to, text }) as const

export const diagrams = {
  authorization: {
    title: "Authorization",
    participants: ["client", "authentication", "authorization", "data", "tokenIssue"],
    requests: {
      pushes_request: "POST /par",
      calls_authorize: "GET /authorize",
      redirects_to_callback: "GET /callback",
      provides_auth_code: "POST /token",
    },
    optional: [
      "pushes_request",
      "fetches_client_document",
      "verifies_client_document",
      "redirects_to_provider",
      "verifies_provider",
      "asks_for_consent",
      "stores_consent",
    ],
    steps: [
      step("generates_code_challenge", "client", "client", "Generates code verifier and code challenge"),
      step("pushes_request", "client", "authorization", "Pushes the authorization request"),
      step("calls_authorize", "client", "authorization", "Calls the authorization endpoint with code challenge"),
      step("fetches_client_document", "authorization", "client", "Fetches the client's metadata document"),
      step("verifies_client_document", "authorization", "authorization", "Verifies request with the document"),
      step("encodes_state_token", "authorization", "authorization", "Encodes code challenge in state token"),
      step("redirects_to_sign_in", "authorization", "authentication", "Redirects to sign-in page with state token"),
      step("redirects_to_provider", "authentication", "authentication", "Redirects to another provider"),
      step("verifies_provider", "authentication", "authentication", "Verifies what the provider answers"),
      step("verifies_credentials", "authentication", "authentication", "Verifies user-supplied credentials"),
      step(
        "redirects_to_callback",
        "authentication",
        "authorization",
        "Redirects to callback endpoint with state token",
      ),
      step("decodes_state_token", "authorization", "authorization", "Decodes state token"),
      step("asks_for_consent", "authorization", "authorization", "Asks the user to allow the client"),
      step("stores_consent", "authorization", "data", "Stores what the user allowed"),
      step("generates_auth_code", "authorization", "authorization", "Generates auth code"),
      step("stores_auth_code", "authorization", "data", "Stores auth code and code challenge"),
      step("returns_auth_code", "authorization", "client", "Returns auth code to client"),
      step("provides_auth_code", "client", "tokenIssue", "Provides auth code and code verifier"),
      step("retrieves_auth_code", "tokenIssue", "data", "Retrieves auth code and code challenge"),
      step("verifies_code_verifier", "tokenIssue", "tokenIssue", "Verifies code verifier with code challenge"),
      step("generates_tokens", "tokenIssue", "tokenIssue", "Generates access and refresh tokens"),
      step("stores_tokens", "tokenIssue", "data", "Stores tokens in session data"),
      step("returns_tokens", "tokenIssue", "client", "Returns access and refresh tokens to client"),
    ],
  },
  introspection: {
    title: "Introspection",
    participants: ["client", "introspection", "data"],
    requests: { provides_token: "GET /introspect" },
    steps: [
      step("provides_token", "client", "introspection", "Provides access token"),
      step("retrieves_session", "introspection", "data", "Retrieves session data"),
      step("validates_token", "introspection", "introspection", "Validates token"),
      step("queries_user", "introspection", "data", "Queries user information associated with token"),
      step("returns_user", "introspection", "client", "Returns user information"),
    ],
  },
  userInfo: {
    title: "User information",
    participants: ["client", "introspection", "data"],
    requests: { provides_token: "GET /userinfo" },
    steps: [
      step("provides_token", "client", "introspection", "Provides access token"),
      step("retrieves_session", "introspection", "data", "Retrieves session data"),
      step("validates_token", "introspection", "introspection", "Validates token and its scope"),
      step("queries_user", "introspection", "data", "Queries user information that the scope allows"),
      step("returns_user", "introspection", "client", "Returns user information"),
    ],
  },
  refresh: {
    title: "Refresh",
    participants: ["client", "refresh", "data"],
    requests: { provides_refresh_token: "POST /refresh" },
    steps: [
      step("provides_refresh_token", "client", "refresh", "Provides refresh token"),
      step("retrieves_session", "refresh", "data", "Retrieves session data"),
      step("validates_token", "refresh", "refresh", "Validates token"),
      step("generates_tokens", "refresh", "refresh", "Generates new token pair"),
      step("stores_tokens", "refresh", "data", "Stores tokens in session data"),
      step("returns_tokens", "refresh", "client", "Provides newly-generated tokens"),
    ],
  },
  revocation: {
    title: "Revocation",
    participants: ["client", "revocation", "data"],
    requests: { provides_token: "POST /revoke" },
    steps: [
      step("provides_token", "client", "revocation", "Provides refresh token"),
      step("retrieves_session", "revocation", "data", "Retrieves session data"),
      step("validates_token", "revocation", "revocation", "Validates token"),
      step("destroys_session", "revocation", "data", "Destroy session associated with token"),
      step("returns_success", "revocation", "client", "Returns HTTP status code success"),
    ],
  },
  clientCredentials: {
    title: "Client credentials",
    participants: ["client", "tokenIssue", "data"],
    requests: { provides_credentials: "POST /token" },
    steps: [
      step("provides_credentials", "client", "tokenIssue", "Provides client credentials"),
      step("validates_request", "tokenIssue", "tokenIssue", "Validates grant type and scope"),
      step("generates_token", "tokenIssue", "tokenIssue", "Generates access token"),
      step("stores_session", "tokenIssue", "data", "Stores session data"),
      step("returns_token", "tokenIssue", "client", "Returns access token to client"),
    ],
  },
  tokenExchange: {
    title: "Token exchange",
    participants: ["client", "tokenIssue"],
    requests: { provides_token: "POST /token" },
    steps: [
      step("provides_token", "client", "tokenIssue", "Provides access token to exchange"),
      step("generates_token", "tokenIssue", "tokenIssue", "Generates access token for another service"),
      step("returns_token", "tokenIssue", "client", "Returns access token to client"),
    ],
  },
  device: {
    title: "Device authorization",
    participants: ["client", "authentication", "authorization", "data", "tokenIssue"],
    requests: {
      requests_device_code: "POST /device_authorization",
      enters_user_code: "POST /device/submit",
      provides_device_code: "POST /token",
    },
    steps: [
      step("requests_device_code", "client", "authorization", "Requests device code"),
      step("stores_device_code", "authorization", "data", "Stores device code and user code"),
      step("returns_device_code", "authorization", "client", "Returns device code and user code to client"),
      step("enters_user_code", "authentication", "authorization", "Provides user code entered by user"),
      step("retrieves_device_code", "authorization", "data", "Retrieves device code by user code"),
      step("stores_decision", "authorization", "data", "Stores decision of user"),
      step("provides_device_code", "client", "tokenIssue", "Provides device code"),
      step("verifies_device_code", "tokenIssue", "data", "Retrieves device code and decision"),
      step("generates_tokens", "tokenIssue", "tokenIssue", "Generates access and refresh tokens"),
      step("stores_tokens", "tokenIssue", "data", "Stores tokens in session data"),
      step("returns_tokens", "tokenIssue", "client", "Returns access and refresh tokens to client"),
    ],
  },
  registration: {
    title: "Registration",
    participants: ["client", "authorization", "data"],
    requests: { sends_metadata: "POST /register" },
    steps: [
      step("sends_metadata", "client", "authorization", "Sends its metadata"),
      step("validates_metadata", "authorization", "authorization", "Validates metadata"),
      step("stores_client", "authorization", "data", "Stores client"),
      step("returns_client", "authorization", "client", "Returns client ID to client"),
    ],
  },
  clientConfiguration: {
    title: "Client configuration",
    participants: ["client", "authorization", "data"],
    requests: { provides_token: "GET /register" },
    optional: ["validates_metadata", "replaces_client", "deletes_client"],
    steps: [
      step("provides_token", "client", "authorization", "Provides its registration access token"),
      step("retrieves_client", "authorization", "data", "Retrieves client"),
      step("validates_token", "authorization", "authorization", "Validates registration access token"),
      step("validates_metadata", "authorization", "authorization", "Validates new metadata"),
      step("replaces_client", "authorization", "data", "Replaces metadata of client"),
      step("deletes_client", "authorization", "data", "Deletes client with its Sessions"),
      step("returns_result", "authorization", "client", "Returns result to client"),
    ],
  },
  signOut: {
    title: "Sign-out",
    participants: ["client", "authentication", "data"],
    requests: { calls_end_session: "GET /end-session" },
    optional: ["asks_to_sign_out", "stores_notifications"],
    steps: [
      step("calls_end_session", "client", "authentication", "Calls the end-session endpoint with an ID token"),
      step("validates_request", "authentication", "authentication", "Validates ID token and redirect URI"),
      step("asks_to_sign_out", "authentication", "authentication", "Asks the user to sign out"),
      step("ends_browser_session", "authentication", "data", "Ends the sign-in of this browser"),
      step("stores_notifications", "authentication", "data", "Stores notifications for clients"),
      step("returns_to_client", "authentication", "client", "Redirects to the client"),
    ],
  },
} as const satisfies Record<string, Diagram>

export type DiagramName = keyof typeof diagrams

/** A step of any diagram, such as `refresh.validates_token`. */
export type StepName = {
  [Name in DiagramName]: `${Name}.${(typeof diagrams)[Name]["steps"][number]["name"]}`
}[DiagramName]

/** A step in its diagram. */
export type PlacedStep = Step & {
  id: StepName
  diagram: DiagramName
  /** Null for a step that only some runs have. */
  number: number | null
  /** The highest number so far. */
  reached: number
  /** The request that this step is, such as `POST /token`. */
  request: string | null
}

function place(): Map<string, PlacedStep> {
  const placed = new Map<string, PlacedStep>()
  for (const [diagram, { steps, requests, optional }] of Object.entries(diagrams) as [DiagramName, Diagram][]) {
    let reached = 0
    for (const step of steps) {
      const number = optional?.includes(step.name) ? null : ++reached
      const id = `${diagram}.${step.name}` as StepName
      placed.set(id, { ...step, id, diagram, number, reached, request: requests[step.name] ?? null })
    }
  }
  return placed
}

const placed = place()

/** Whether this step exists. Another version of the server may have recorded other steps. */
export function isStepName(name: string): name is StepName {
  return placed.has(name)
}

/** @throws Error when the step does not exist */
export function getStep(name: StepName): PlacedStep {
  const step = placed.get(name)
  if (!step) throw new Error(`There is no step ${name}.`)
  return step
}

/** The steps of a diagram that every run has, in order. */
export function numberedSteps(diagram: DiagramName): PlacedStep[] {
  return [...placed.values()].filter((step) => step.diagram === diagram && step.number !== null)
}

/** The participants of a step. */
export function participantsOf(name: StepName): Participant[] {
  const { from, to } = getStep(name)
  return [from, to]
}

/** The first step of a request to this path; null for a path that no diagram has. */
export function findEntryStep(path: string): StepName | null {
  return [...placed.values()].find(({ request }) => request?.endsWith(` ${path}`))?.id ?? null
}
