/** What the playground's client does: one kind for each request and for the browser's two journeys. */
export type Kind =
  | "metadata"
  | "authorize"
  | "return"
  | "token"
  | "jwks"
  | "introspect"
  | "userinfo"
  | "refresh"
  | "revoke"

export type Explanation = {
  flow: string
  title: string
  about: string
  /** The number of the first step below, as the flow's sequence diagram counts. */
  first?: number
  steps?: string[]
}

/** Why each request is made, and which steps of the sequence diagrams it covers, in the diagrams' words. */
export const explanations: Record<Kind, Explanation> = {
  metadata: {
    flow: "Before the flows",
    title: "Reads the server's metadata",
    about: "The issuer is all that a client needs to know: its metadata names every endpoint.",
  },
  authorize: {
    flow: "Authorization",
    title: "Sends the browser to the authorization endpoint",
    about:
      "The code verifier stays in this tab; only its SHA-256, the code challenge, is sent. The values state and nonce tie the answers to this request.",
    first: 1,
    steps: ["Generates code verifier and code challenge", "Calls the authorization endpoint with code challenge"],
  },
  return: {
    flow: "Authorization",
    title: "Takes the answer from the browser's address",
    about:
      "The client checks that state is what it sent and iss is the server that it asked. When somebody is signed in already, the server leaves steps 4 to 6 out.",
    first: 3,
    steps: [
      "Encodes code challenge in state token",
      "Redirects to sign-in page with state token",
      "Verifies user-supplied credentials",
      "Redirects to callback endpoint with state token",
      "Decodes state token",
      "Generates auth code",
      "Stores auth code and code challenge",
      "Returns auth code to client",
    ],
  },
  token: {
    flow: "Authorization",
    title: "Exchanges the auth code for tokens",
    about:
      "Whoever stole the code on its way has no use for it: only the holder of the code verifier can redeem it, once.",
    first: 11,
    steps: [
      "Provides auth code and code verifier",
      "Retrieves auth code and code challenge",
      "Verifies code verifier with code challenge",
      "Generates access and refresh tokens",
      "Stores tokens in session data",
      "Returns access and refresh tokens to client",
    ],
  },
  jwks: {
    flow: "After the Authorization flow",
    title: "Checks the ID token's signature",
    about: "The server publishes the public half of its signing keys. The token's header names the key by its kid.",
  },
  introspect: {
    flow: "Introspection",
    title: "Asks what the access token stands for",
    about: "The answer comes from the session data, so it is right also a moment after a revocation.",
    first: 1,
    steps: [
      "Provides access token",
      "Retrieves session data",
      "Validates token",
      "Queries user information associated with token",
      "Returns user information",
    ],
  },
  userinfo: {
    flow: "OpenID Connect",
    title: "Asks for the claims about the user",
    about: "The standard address for user information: the scopes of the access token decide what it tells.",
  },
  refresh: {
    flow: "Refresh",
    title: "Exchanges the refresh token for a new pair",
    about: "Each refresh token is good for one use. An old one that turns up again ends the whole session.",
    first: 1,
    steps: [
      "Provides refresh token",
      "Retrieves session data",
      "Validates token",
      "Generates new token pair",
      "Stores tokens in session data",
      "Provides newly-generated tokens",
    ],
  },
  revoke: {
    flow: "Revocation",
    title: "Revokes the tokens",
    about: "The session ends at once, and every token of it. Introspect and refresh afterwards, and see them refused.",
    first: 1,
    steps: [
      "Provides refresh token",
      "Retrieves session data",
      "Validates token",
      "Destroys session associated with token",
      "Returns HTTP status code success",
    ],
  },
}
