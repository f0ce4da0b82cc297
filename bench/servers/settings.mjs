// The settings that bench/run.ts gives to every peer.

/** @param {string} name of an environment variable that the run sets */
function required(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. Start the peers with bench/run.ts.`)
  return value
}

export const port = Number(required("PORT"))
/** The peer's origin. */
export const issuer = required("ISSUER")
/** The SQLite file, for peers that use one. */
export const databaseFile = required("DATABASE_FILE")
/** The confidential first-party client and its redirect URI. */
export const client = {
  id: required("CLIENT_ID"),
  secret: required("CLIENT_SECRET"),
  redirectUri: required("REDIRECT_URI"),
}
/** The client that authenticates with private_key_jwt, with the same redirect URI. */
export const keyClient = { id: required("KEY_CLIENT_ID"), jwks: JSON.parse(required("KEY_CLIENT_JWKS")) }
/** The resource (RFC 8707) that makes a peer issue JWT access tokens. */
export const resource = required("RESOURCE")
/** The user. */
export const person = { email: required("EMAIL"), password: required("PASSWORD") }
/** The lifetime of access tokens in seconds, longer than a run. */
export const accessTokenSeconds = 3600
