const id = "[A-Za-z0-9_-]{22}"
const secret = "[A-Za-z0-9_-]{43}"
const tag = "[A-Za-z0-9_-]{22}"

/**
 * Auth codes and refresh tokens name their Session, so that one is found where its Session is, and the whole of it is
 * compared with the hash that is stored there. Secrets and tags are base64url.
 */
const authCodeSyntax = new RegExp(`^(${id})\\.${secret}$`)
// Refresh tokens of version 0.1 have neither rotation nor tag. Their Sessions end within SESSION_SECONDS.
const refreshTokenSyntax = new RegExp(`^((${id})(?:\\.(0|[1-9][0-9]{0,14}))?\\.${secret})(?:\\.(${tag}))?$`)

/** An auth code: `<session id>.<256 bits>`. */
export function formatAuthCode(sessionId: string, secret: string): string {
  return `${sessionId}.${secret}`
}

/** The Session that an auth code names, or null when it is not an auth code. */
export function parseAuthCode(code: string): { sessionId: string } | null {
  const sessionId = authCodeSyntax.exec(code)?.[1]
  return sessionId === undefined ? null : { sessionId }
}

/**
 * The parts of a refresh token `<session id>.<rotation>.<256 bits>.<tag>`, or null when it is not one. The tag
 * authenticates `tagged`, the part before it (lib/sessions/refresh-token.ts).
 */
export function parseRefreshToken(
  token: string,
): { sessionId: string; rotation: number; tagged: string; tag: string } | null {
  const [, tagged, sessionId, rotation = "0", tag = ""] = refreshTokenSyntax.exec(token) ?? []
  return tagged === undefined || sessionId === undefined ? null : { sessionId, rotation: Number(rotation), tagged, tag }
}
