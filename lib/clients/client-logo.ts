import { RateLimiterMemory } from "rate-limiter-flexible"
import { perProcess } from "@/lib/per-process"
import { type FetchedFile, fetchPublicImage } from "./public-document"
import { resolveClient } from "./resolve-client"

type Logo = Pick<FetchedFile, "content" | "contentType">
type Logos = { entries: Map<string, { logo: Promise<Logo | null>; expiresAt: number }>; fetches: RateLimiterMemory }

/** Logos that a process keeps: at most 50 KB each. */
const maxLogos = 100

/** How long a logo is kept, in milliseconds. One that cannot be fetched is tried again after a tenth of that. */
const keepMs = 60 * 60 * 1000

/** Fetches of a process in a minute: pages name the logos, and no visitor can make this server send requests without a limit. */
const fetchesPerMinute = 60

const logos = perProcess<Logos>("client logos")

/**
 * Finds the logo of a client for the consent page. The server fetches it, with the same rules as metadata documents, so that the
 * client's server does not learn who is about to consent.
 * @returns null when the client has none, or it cannot be fetched
 */
export async function findClientLogo(clientId: string): Promise<Logo | null> {
  const { logoUri } = (await resolveClient(clientId)) ?? {}
  if (!logoUri) return null
  logos.value ??= {
    entries: new Map(),
    fetches: new RateLimiterMemory({ points: fetchesPerMinute, duration: 60 }),
  }
  const { entries, fetches } = logos.value
  const known = entries.get(logoUri)
  if (known && known.expiresAt > Date.now()) return known.logo
  const isAllowed = await fetches.consume("all").then(
    () => true,
    () => false,
  )
  if (!isAllowed) return null
  if (entries.size >= maxLogos) entries.clear()
  const logo = fetchPublicImage(new URL(logoUri))
  const entry = { logo, expiresAt: Date.now() + keepMs / 10 }
  entries.set(logoUri, entry)
  if (await logo) entry.expiresAt = Date.now() + keepMs
  return logo
}
