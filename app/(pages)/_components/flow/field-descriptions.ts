/** What a parameter, a fact or a claim means, and where that is written; null for what is our own. */
export type FieldDescription = { text: string; source: string | null }

const oauth = (section: string) => `RFC 6749 §${section}`
const oidc = (section: string) => `OpenID Connect Core §${section}`

/** The parameters of requests and answers, and what else steps show. */
export const fieldDescriptions: Record<string, FieldDescription> = {
  response_type: { text: "What the client wants back: code is the only type of OAuth 2.1.", source: oauth("3.1.1") },
  response_mode: {
    text: "How the answer travels to the redirect URI.",
    source: "OAuth 2.0 Multiple Response Types §2.1",
  },
  client_id: { text: "The public name of the client. It is no secret.", source: oauth("2.2") },
  client_secret: { text: "The password of a confidential client.", source: oauth("2.3.1") },
  redirect_uri: {
    text: "Where the browser goes with the answer; must be registered, letter by letter.",
    source: oauth("3.1.2"),
  },
  scope: { text: "What the client asks for, or got, separated by spaces.", source: oauth("3.3") },
  state: {
    text: "The client's own value, given back unchanged: it ties the answer to the request.",
    source: oauth("4.1.1"),
  },
  code: { text: "The auth code: good once, for a moment, for this client alone.", source: oauth("4.1.2") },
  code_verifier: {
    text: "The secret that the client kept. Its SHA-256 must be the code challenge.",
    source: "RFC 7636 §4.1",
  },
  code_challenge: { text: "BASE64URL(SHA-256(code_verifier)), sent ahead of the verifier.", source: "RFC 7636 §4.2" },
  code_challenge_method: {
    text: "How the challenge was made. S256 is the only one that is accepted.",
    source: "RFC 7636 §4.3",
  },
  "BASE64URL(SHA-256(code_verifier))": {
    text: "What the server made of the verifier, to compare.",
    source: "RFC 7636 §4.6",
  },
  equal: { text: "Whether the computed challenge is the stored one.", source: "RFC 7636 §4.6" },
  grant_type: { text: "What the client exchanges for tokens.", source: oauth("4.1.3") },
  refresh_token: { text: "What gets the next pair of tokens. Good for one use.", source: oauth("1.5") },
  access_token: { text: "What the client shows to a resource server.", source: oauth("1.4") },
  id_token: { text: "Who signed in, when and for which client: for the client to read.", source: oidc("2") },
  token: { text: "The token that the request is about.", source: "RFC 7662 §2.1, RFC 7009 §2.1" },
  token_type: { text: "How to show the token: Bearer means in the Authorization header.", source: oauth("7.1") },
  token_type_hint: {
    text: "What kind of token it probably is. The server finds out by itself.",
    source: "RFC 7009 §2.1",
  },
  expires_in: { text: "For how many seconds it is good.", source: oauth("5.1") },
  resource: { text: "The resource server that the token is meant for.", source: "RFC 8707 §2" },
  iss: {
    text: "The issuer: the server that answered. A client compares it with the one it asked.",
    source: "RFC 9207 §2",
  },
  nonce: { text: "The client's random value, which comes back in the ID token.", source: oidc("3.1.2.1") },
  prompt: { text: "Whether to ask the person anew, or not at all.", source: oidc("3.1.2.1") },
  max_age: { text: "How many seconds ago the person may have signed in at most.", source: oidc("3.1.2.1") },
  display: { text: "How large a page the client has room for.", source: oidc("3.1.2.1") },
  login_hint: { text: "The email address that the client expects.", source: oidc("3.1.2.1") },
  id_token_hint: { text: "An earlier ID token of the person that is expected.", source: oidc("3.1.2.1") },
  asked_by: { text: "The client that asked, by its client_id.", source: "RFC 7662 §2.1" },
  not_shown: { text: "What this step carried could not be put together.", source: null },
  active: { text: "Whether the token counts at this moment.", source: "RFC 7662 §2.2" },
  sub: { text: "The person, by an id that never changes.", source: oidc("2") },
  claims: { text: "The names of the claims that the scope opens.", source: oidc("5.4") },
  sid: { text: "The Session, which is the flow's id.", source: "OpenID Connect Front-Channel Logout §3" },
  state_token: { text: "The encrypted token that carries the request from /authorize to /callback.", source: null },
  standing: {
    text: "Whether this is the Session's current refresh token, the previous one, or a replay.",
    source: null,
  },
  rotations: { text: "How often the refresh token has been rotated.", source: null },
  previous: { text: "The refresh token that was presented. It is good no more.", source: "OAuth 2.1 §4.3.1" },
  current: { text: "The refresh token that follows.", source: "OAuth 2.1 §4.3.1" },
  started_at: { text: "When the Session began: when its code was redeemed.", source: null },
  expires_at: { text: "When it ends, whatever happens.", source: null },
  idle_expires_at: { text: "When the Session ends, unless it is refreshed before.", source: null },
  revoked_at: { text: "When the Session was ended on purpose.", source: null },
  revoked_reason: { text: "Why the Session was ended.", source: null },
  denied: { text: "The person pressed Deny.", source: oauth("4.1.2.1") },
  email: { text: "The email address that was typed.", source: null },
  password: { text: "The password that was typed. Not even its fingerprint says anything about it.", source: null },
}

/** The claims and header parameters of JWTs. */
const claimDescriptions: Record<string, FieldDescription> = {
  alg: { text: "The algorithm of the signature.", source: "RFC 7515 §4.1.1" },
  kid: { text: "Which key of /jwks it was signed with.", source: "RFC 7515 §4.1.4" },
  typ: { text: "What kind of JWT it is: at+jwt is an access token.", source: "RFC 9068 §2.1" },
  iss: { text: "Who issued it.", source: "RFC 7519 §4.1.1" },
  sub: { text: "The person it is about.", source: "RFC 7519 §4.1.2" },
  aud: { text: "Whom it is meant for. Everybody else must refuse it.", source: "RFC 7519 §4.1.3" },
  exp: { text: "From when on it is good no more.", source: "RFC 7519 §4.1.4" },
  iat: { text: "When it was issued.", source: "RFC 7519 §4.1.6" },
  jti: { text: "Its own id: no two tokens share it.", source: "RFC 7519 §4.1.7" },
  client_id: { text: "The client that it was issued to.", source: "RFC 9068 §2.2" },
  scope: { text: "What it allows.", source: "RFC 9068 §2.2.3" },
  auth_time: { text: "When the person signed in.", source: "RFC 9068 §2.2.1" },
  sid: { text: "The Session that it belongs to, and ends with.", source: "OpenID Connect Front-Channel Logout §3" },
  at_hash: { text: "Half of the access token's hash: the two belong together.", source: oidc("3.1.3.6") },
  nonce: { text: "The client's random value of the authorization request.", source: oidc("2") },
  acr: { text: "How strong the sign-in was.", source: oidc("2") },
  amr: { text: "By which means the person signed in.", source: oidc("2") },
  azp: { text: "The client that it was issued to.", source: oidc("2") },
  name: { text: "The person's full name.", source: oidc("5.1") },
  email: { text: "The person's email address.", source: oidc("5.1") },
  email_verified: { text: "Whether the address was verified.", source: oidc("5.1") },
  updated_at: { text: "When the person's profile last changed.", source: oidc("5.1") },
}

/** The meaning of a fact by its name, on the wire (`client_id`) or in the code (`clientId`); null when there is none. */
export function findFieldDescription(name: string): FieldDescription | null {
  const wire = name.includes("(") ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return own(fieldDescriptions, wire)
}

export function findClaimDescription(name: string): FieldDescription | null {
  return own(claimDescriptions, name)
}

/** Names come from requests, and one may be called `constructor`. */
function own(record: Record<string, FieldDescription>, name: string): FieldDescription | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null
}
