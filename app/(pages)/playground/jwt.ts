export type DecodedJwt = { header: Record<string, unknown>; claims: Record<string, unknown> }

/** Decodes a JWT to show it. It verifies nothing. @returns null for anything that is not a JWT */
export function decodeJwt(token: unknown): DecodedJwt | null {
  if (typeof token !== "string") return null
  const parts = token.split(".")
  if (parts.length !== 3) return null
  try {
    const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(decodeBase64Url(part)))
    return { header, claims }
  } catch {
    return null
  }
}

function decodeBase64Url(text: string): string {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}
