// What every peer is told by the run that starts it: all peers get the same.

/** @param {string} name of an environment variable that the run sets */
function required(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: the peers are started by bench/run.ts`)
  return value
}

export const port = Number(required("PORT"))
/** The origin that the peer is reached at. */
export const issuer = required("ISSUER")
/** The SQLite file, for the peers that have one. */
export const databaseFile = required("DATABASE_FILE")
/** The one confidential client, first-party, and where its authorization responses go. */
export const client = {
  id: required("CLIENT_ID"),
  secret: required("CLIENT_SECRET"),
  redirectUri: required("REDIRECT_URI"),
}
/** The resource (RFC 8707) for which a peer makes its access tokens JWTs. */
export const resource = required("RESOURCE")
/** The only person. */
export const person = { email: required("EMAIL"), password: required("PASSWORD") }
/** The lifetime of access tokens, in seconds: longer than a run, so that none expires in one. */
export const accessTokenSeconds = 3600
