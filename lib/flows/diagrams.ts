/**
 * The sequence diagrams of the system as data: who takes part, and what happens in which order. Services report these
 * steps as they do them (flow.ts), the inspector draws them, and the diagrams of the docs are made from them (mermaid.ts).
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

type Participant = keyof typeof participants

type Step = {
  /** Its name within the diagram. */
  name: string
  from: Participant
  /** The same as `from` for what a participant does by itself. */
  to: Participant
  text: string
  /** The request that this step is, and beside whom the diagram notes it. */
  request?: { line: string; beside: "right of" | "left of"; participant: Participant }
  /** A step that only some runs have. It has no number, and no place in the docs' diagram. */
  optional?: true
}

export type Diagram = { title: string; participants: readonly Participant[]; steps: readonly Step[] }

const fromClient = (line: string) => ({ line, beside: "right of", participant: "client" }) as const

export const diagrams = {
  authorization: {
    title: "Authorization",
    participants: ["client", "authentication", "authorization", "data", "tokenIssue"],
    steps: [
      {
        name: "generates_code_challenge",
        from: "client",
        to: "client",
        text: "Generates code verifier and code challenge",
      },
      {
        name: "calls_authorize",
        from: "client",
        to: "authorization",
        text: "Calls the authorization endpoint with code challenge",
        request: fromClient("GET /authorize"),
      },
      {
        name: "encodes_state_token",
        from: "authorization",
        to: "authorization",
        text: "Encodes code challenge in state token",
      },
      {
        name: "redirects_to_sign_in",
        from: "authorization",
        to: "authentication",
        text: "Redirects to sign-in page with state token",
      },
      {
        name: "verifies_credentials",
        from: "authentication",
        to: "authentication",
        text: "Verifies user-supplied credentials",
      },
      {
        name: "redirects_to_callback",
        from: "authentication",
        to: "authorization",
        text: "Redirects to callback endpoint with state token",
        request: { line: "GET /callback", beside: "left of", participant: "authentication" },
      },
      { name: "decodes_state_token", from: "authorization", to: "authorization", text: "Decodes state token" },
      {
        name: "asks_for_consent",
        from: "authorization",
        to: "authorization",
        text: "Asks the person to allow the client",
        optional: true,
      },
      {
        name: "stores_consent",
        from: "authorization",
        to: "data",
        text: "Stores what the person allowed",
        optional: true,
      },
      { name: "generates_auth_code", from: "authorization", to: "authorization", text: "Generates auth code" },
      { name: "stores_auth_code", from: "authorization", to: "data", text: "Stores auth code and code challenge" },
      { name: "returns_auth_code", from: "authorization", to: "client", text: "Returns auth code to client" },
      {
        name: "provides_auth_code",
        from: "client",
        to: "tokenIssue",
        text: "Provides auth code and code verifier",
        request: fromClient("POST /token"),
      },
      {
        name: "retrieves_auth_code",
        from: "tokenIssue",
        to: "data",
        text: "Retrieves auth code and code challenge",
      },
      {
        name: "verifies_code_verifier",
        from: "tokenIssue",
        to: "tokenIssue",
        text: "Verifies code verifier with code challenge",
      },
      { name: "generates_tokens", from: "tokenIssue", to: "tokenIssue", text: "Generates access and refresh tokens" },
      { name: "stores_tokens", from: "tokenIssue", to: "data", text: "Stores tokens in session data" },
      { name: "returns_tokens", from: "tokenIssue", to: "client", text: "Returns access and refresh tokens to client" },
    ],
  },
  introspection: {
    title: "Introspection",
    participants: ["client", "introspection", "data"],
    steps: [
      {
        name: "provides_token",
        from: "client",
        to: "introspection",
        text: "Provides access token",
        request: fromClient("GET /introspect"),
      },
      { name: "retrieves_session", from: "introspection", to: "data", text: "Retrieves session data" },
      { name: "validates_token", from: "introspection", to: "introspection", text: "Validates token" },
      {
        name: "queries_user",
        from: "introspection",
        to: "data",
        text: "Queries user information associated with token",
      },
      { name: "returns_user", from: "introspection", to: "client", text: "Returns user information" },
    ],
  },
  refresh: {
    title: "Refresh",
    participants: ["client", "refresh", "data"],
    steps: [
      {
        name: "provides_refresh_token",
        from: "client",
        to: "refresh",
        text: "Provides refresh token",
        request: fromClient("POST /refresh"),
      },
      { name: "retrieves_session", from: "refresh", to: "data", text: "Retrieves session data" },
      { name: "validates_token", from: "refresh", to: "refresh", text: "Validates token" },
      { name: "generates_tokens", from: "refresh", to: "refresh", text: "Generates new token pair" },
      { name: "stores_tokens", from: "refresh", to: "data", text: "Stores tokens in session data" },
      { name: "returns_tokens", from: "refresh", to: "client", text: "Provides newly-generated tokens" },
    ],
  },
  revocation: {
    title: "Revocation",
    participants: ["client", "revocation", "data"],
    steps: [
      {
        name: "provides_token",
        from: "client",
        to: "revocation",
        text: "Provides refresh token",
        request: fromClient("POST /revoke"),
      },
      { name: "retrieves_session", from: "revocation", to: "data", text: "Retrieves session data" },
      { name: "validates_token", from: "revocation", to: "revocation", text: "Validates token" },
      {
        name: "destroys_session",
        from: "revocation",
        to: "data",
        text: "Destroy session associated with token",
      },
      { name: "returns_success", from: "revocation", to: "client", text: "Returns HTTP status code success" },
    ],
  },
} as const satisfies Record<string, Diagram>

export type DiagramName = keyof typeof diagrams

/** A step of any diagram, such as `refresh.validates_token`. */
export type StepName = {
  [Name in DiagramName]: `${Name}.${(typeof diagrams)[Name]["steps"][number]["name"]}`
}[DiagramName]

/** A step with its diagram, and its number there; null for one that has none. */
export type PlacedStep = Step & { diagram: DiagramName; number: number | null }

function place(): Map<string, PlacedStep> {
  const placed = new Map<string, PlacedStep>()
  for (const [diagram, { steps }] of Object.entries(diagrams) as [DiagramName, Diagram][]) {
    let number = 0
    for (const step of steps) {
      if (!step.optional) number++
      placed.set(`${diagram}.${step.name}`, { ...step, diagram, number: step.optional ? null : number })
    }
  }
  return placed
}

const placed = place()

/** Whether there is such a step: another version of the server may have recorded others. */
export function isStepName(name: string): name is StepName {
  return placed.has(name)
}

export function findStep(name: StepName): PlacedStep {
  return placed.get(name) as PlacedStep
}

/** The step with which a request to this path begins; null for a path that no diagram has. */
export function findEntryStep(path: string): StepName | null {
  for (const [name, { request }] of placed) if (request?.line.endsWith(` ${path}`)) return name as StepName
  return null
}
