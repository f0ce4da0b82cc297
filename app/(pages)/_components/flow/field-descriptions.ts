/** The description of a parameter, a fact or a claim, and the section that defines it; null for this server's own. */
export type FieldDescription = { text: string; source: string | null }

const oauth = (section: string) => `RFC 6749 §${section}`
const oidc = (section: string) => `OpenID Connect Core §${section}`

/** The parameters of requests and responses, and other facts of steps. */
export const fieldDescriptions: Record<string, FieldDescription> = {
  response_type: { text: "What the client wants back. OAuth 2.1 defines only the value code.", source: oauth("3.1.1") },
  response_mode: {
    text: "How the response is sent to the redirect URI.",
    source: "OAuth 2.0 Multiple Response Types §2.1",
  },
  client_id: { text: "The public ID of the client. It is not a secret.", source: oauth("2.2") },
  client_secret: { text: "The secret of a confidential client, like a password.", source: oauth("2.3.1") },
  client_assertion: { text: "A JWT that the client signed with its key.", source: "RFC 7523 §2.2" },
  client_assertion_type: { text: "The kind of assertion: a JWT.", source: "RFC 7523 §2.2" },
  redirect_uris: { text: "Where the client's users may be sent back to.", source: "RFC 7591 §2" },
  grant_types: { text: "How the client may get tokens.", source: "RFC 7591 §2" },
  token_endpoint_auth_method: { text: "How the client authenticates.", source: "RFC 7591 §2" },
  client_name: { text: "The name of the client, as its users see it.", source: "RFC 7591 §2" },
  registration_access_token: {
    text: "The token with which the client reads, replaces and deletes its registration.",
    source: "RFC 7592 §3",
  },
  authorization_scheme: {
    text: "How the token was sent in the Authorization header: Bearer, or DPoP with a proof of the client's key.",
    source: "RFC 6750 §2.1, RFC 9449 §7.1",
  },
  signed_with: { text: "The algorithm of the signed response.", source: oidc("5.3.2") },
  notified_clients: {
    text: "The client_ids of the clients that get a logout token.",
    source: "OpenID Connect Back-Channel Logout §2.5",
  },
  post_logout_redirect_uri: {
    text: "Where the browser goes after the sign-out. It must match a registered URI, character for character.",
    source: "OpenID Connect RP-Initiated Logout §3",
  },
  acr_values: { text: "The authentication classes that the client prefers.", source: oidc("3.1.2.1") },
  redirect_uri: {
    text: "Where the browser goes with the response. It must match a registered URI, character for character.",
    source: oauth("3.1.2"),
  },
  scope: { text: "The scopes that the client requested or received, separated by spaces.", source: oauth("3.3") },
  state: {
    text: "The client's own value, returned unchanged. It ties the response to the request.",
    source: oauth("4.1.1"),
  },
  code: { text: "The auth code. It works once, for about a minute, for this client only.", source: oauth("4.1.2") },
  code_verifier: {
    text: "The secret that the client kept. Its SHA-256 must equal the code challenge.",
    source: "RFC 7636 §4.1",
  },
  code_challenge: { text: "BASE64URL(SHA-256(code_verifier)), sent before the verifier.", source: "RFC 7636 §4.2" },
  code_challenge_method: {
    text: "How the challenge was made. Only S256 is accepted.",
    source: "RFC 7636 §4.3",
  },
  "BASE64URL(SHA-256(code_verifier))": {
    text: "The hash of the verifier, computed by the server for the comparison.",
    source: "RFC 7636 §4.6",
  },
  equal: { text: "Whether the computed challenge equals the stored one.", source: "RFC 7636 §4.6" },
  grant_type: { text: "What the client exchanges for tokens.", source: oauth("4.1.3") },
  refresh_token: { text: "Used once to get the next pair of tokens.", source: oauth("1.5") },
  access_token: { text: "The token that the client sends to a resource server.", source: oauth("1.4") },
  id_token: { text: "Shows who signed in, when, and for which client.", source: oidc("2") },
  token: { text: "The token that the request is about.", source: "RFC 7662 §2.1, RFC 7009 §2.1" },
  token_type: { text: "How to send the token. Bearer means in the Authorization header.", source: oauth("7.1") },
  token_type_hint: {
    text: "The kind of token, according to the client. The server recognizes it anyway.",
    source: "RFC 7009 §2.1",
  },
  expires_in: { text: "The lifetime of the access token, in seconds.", source: oauth("5.1") },
  resource: { text: "The resource server that the token is meant for.", source: "RFC 8707 §2" },
  iss: {
    text: "The issuer: the server that responded. A client compares it with the server it called.",
    source: "RFC 9207 §2",
  },
  nonce: { text: "The client's random value, returned in the ID token.", source: oidc("3.1.2.1") },
  prompt: { text: "Whether the server must ask the user again, or must not ask at all.", source: oidc("3.1.2.1") },
  max_age: { text: "The maximum age of the sign-in, in seconds.", source: oidc("3.1.2.1") },
  display: { text: "The kind of page that the client wants, such as popup.", source: oidc("3.1.2.1") },
  login_hint: { text: "The email address that the client expects.", source: oidc("3.1.2.1") },
  hintedSub: { text: "The users that the id_token_hint or the claims parameter names.", source: oidc("3.1.2.2") },
  claimValues: { text: "The values that the claims parameter requests.", source: oidc("5.5.1") },
  id_token_hint: { text: "An earlier ID token of the expected user.", source: oidc("3.1.2.1") },
  asked_by: { text: "The client_id of the client that sent the request.", source: "RFC 7662 §2.1" },
  not_shown: { text: "The details of this step could not be recorded.", source: null },
  active: { text: "Whether the token is valid right now.", source: "RFC 7662 §2.2" },
  sub: { text: "The ID of the user, or of the client if no user is involved. It never changes.", source: oidc("2") },
  claims: { text: "The requested or returned claims, by name.", source: oidc("5.5") },
  sid: { text: "The ID of the Session, which is also the flow ID.", source: "OpenID Connect Front-Channel Logout §3" },
  state_token: { text: "The encrypted token that carries the request from /authorize to /callback.", source: null },
  standing: {
    text: "Whether the presented refresh token is the Session's current one, the previous one, or a replay.",
    source: null,
  },
  rotations: { text: "How many times the refresh token has been rotated.", source: null },
  previous: { text: "The refresh token that was presented. It has been replaced.", source: "OAuth 2.1 §4.3.1" },
  current: { text: "The next refresh token, which is now valid.", source: "OAuth 2.1 §4.3.1" },
  started_at: {
    text: "When this authorization started, or when the code was redeemed and the Session started.",
    source: null,
  },
  expires_at: { text: "When the state token expires, or the latest time at which the Session ends.", source: null },
  idle_expires_at: { text: "When the Session ends unless it is refreshed before then.", source: null },
  revoked_at: { text: "When the Session was revoked.", source: null },
  revoked_reason: { text: "Why the Session was revoked.", source: null },
  denied: { text: "The user pressed Deny.", source: oauth("4.1.2.1") },
  email: { text: "The email address that was entered.", source: null },
  password: { text: "The password that was entered. Its fingerprint reveals nothing about it.", source: null },
}

/** The claims and header parameters of JWTs. */
const claimDescriptions: Record<string, FieldDescription> = {
  alg: { text: "The algorithm of the signature.", source: "RFC 7515 §4.1.1" },
  kid: { text: "The ID of the key in /jwks that verifies the signature.", source: "RFC 7515 §4.1.4" },
  typ: { text: "The kind of JWT. at+jwt is an access token.", source: "RFC 9068 §2.1" },
  iss: { text: "The server that issued it.", source: "RFC 7519 §4.1.1" },
  sub: { text: "The user it is about, or the client if no user is involved.", source: "RFC 7519 §4.1.2" },
  aud: { text: "The audience: who the token is for. Any other recipient must reject it.", source: "RFC 7519 §4.1.3" },
  exp: { text: "When it expires.", source: "RFC 7519 §4.1.4" },
  iat: { text: "When it was issued.", source: "RFC 7519 §4.1.6" },
  jti: { text: "Its unique ID.", source: "RFC 7519 §4.1.7" },
  client_id: { text: "The client that it was issued to.", source: "RFC 9068 §2.2" },
  scope: { text: "The scopes that it allows.", source: "RFC 9068 §2.2.3" },
  auth_time: { text: "When the user signed in.", source: "RFC 9068 §2.2.1" },
  sid: {
    text: "The Session that it belongs to. It ends with the Session.",
    source: "OpenID Connect Front-Channel Logout §3",
  },
  at_hash: { text: "Half of the access token's hash, which ties the two tokens together.", source: oidc("3.1.3.6") },
  nonce: { text: "The client's random value from the authorization request.", source: oidc("2") },
  acr: { text: "How strong the sign-in was.", source: oidc("2") },
  amr: { text: "How the user signed in.", source: oidc("2") },
  azp: { text: "The client that it was issued to.", source: oidc("2") },
  name: { text: "The user's full name.", source: oidc("5.1") },
  email: { text: "The user's email address.", source: oidc("5.1") },
  email_verified: { text: "Whether the address was verified.", source: oidc("5.1") },
  updated_at: { text: "When the user's profile last changed.", source: oidc("5.1") },
}

/** The description of a fact by its name on the wire (`client_id`) or in the code (`clientId`); null when unknown. */
export function findFieldDescription(name: string): FieldDescription | null {
  const wire = name.includes("(") ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return own(fieldDescriptions, wire)
}

export function findClaimDescription(name: string): FieldDescription | null {
  return own(claimDescriptions, name)
}

/** Names come from requests, so a name can be `constructor`. */
function own(record: Record<string, FieldDescription>, name: string): FieldDescription | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null
}
