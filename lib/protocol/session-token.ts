/**
 * What names its Session: `<session id>.<256 bits>`, both base64url. Auth codes and refresh tokens look like this, so that
 * one is found where its Session is, and the rest of it is compared with the hash that is stored there.
 */
const syntax = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

export function formatSessionToken(sessionId: string, secret: string): string {
  return `${sessionId}.${secret}`
}

/** The Session that an auth code or a refresh token names, or null when it is neither. */
export function parseSessionToken(token: string): { sessionId: string } | null {
  const sessionId = syntax.exec(token)?.[1]
  return sessionId === undefined ? null : { sessionId }
}
