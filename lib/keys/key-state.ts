import { config } from "@/lib/config"
import type { SigningKeyRecord } from "@/lib/data/signing-keys"

/** For how long, in seconds, a process may use the keys it has read. A rotation on another instance takes effect within that time. */
export const cacheSeconds = 5

/** A key's place in its life: published before it signs, signing, published while its signatures live, gone from /jwks. */
export type SigningKeyState = "next" | "active" | "published" | "retired"

/** The active key is the one of the highest generation whose time has come; the rest follows from that. */
export function stateOf(
  record: Pick<SigningKeyRecord, "alg" | "generation" | "activeFrom">,
  all: Pick<SigningKeyRecord, "alg" | "generation" | "activeFrom">[],
  now: Date,
): SigningKeyState {
  // The first key signs from the start, also where another machine's clock is behind the one that made it.
  if (record.activeFrom > now && record.generation > 1) return "next"
  const successors = all.filter(
    (other) => other.alg === record.alg && other.generation > record.generation && other.activeFrom <= now,
  )
  if (successors.length === 0) return "active"
  const replacedAt = Math.min(...successors.map(({ activeFrom }) => activeFrom.getTime()))
  const { ACCESS_TOKEN_SECONDS, ID_TOKEN_SECONDS, BROWSER_SESSION_SECONDS } = config()
  // An ID token comes back as id_token_hint long after it has expired, for as long as its browser stays signed in.
  const published = Math.max(ACCESS_TOKEN_SECONDS, ID_TOKEN_SECONDS, BROWSER_SESSION_SECONDS) + cacheSeconds
  return now.getTime() < replacedAt + published * 1000 ? "published" : "retired"
}
