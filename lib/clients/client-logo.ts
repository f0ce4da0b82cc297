import { RateLimiterMemory } from "rate-limiter-flexible"
import { currentTime, secondsFromNow } from "@/lib/clock"
import { perProcess } from "@/lib/per-process"
import { type FetchedFile, fetchPublicImage } from "./public-document"
import { resolveClient } from "./resolve-client"

type Logo = Pick<FetchedFile, "content" | "contentType">
type Logos = {
  entries: Map<string, { logo: Promise<Logo | null>; expiresAt: Date }>
  byHost: RateLimiterMemory
  all: RateLimiterMemory
}

/** Logos that a process keeps: at most 50 KB each. */
const maxLogos = 100

/** How long a logo is kept, in seconds. One that cannot be fetched is tried again after a tenth of that. */
const keepSeconds = 60 * 60

/** Fetches of a process in a minute, from one host and in all: no visitor can make this server send requests without a limit, or use up the limit with one host. */
const fetchesPerHost = 10
const fetchesPerMinute = 300

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
    byHost: new RateLimiterMemory({ points: fetchesPerHost, duration: 60 }),
    all: new RateLimiterMemory({ points: fetchesPerMinute, duration: 60 }),
  }
  const { entries, byHost, all } = logos.value
  const known = entries.get(logoUri)
  if (known && known.expiresAt > currentTime()) return known.logo
  const isAllowed = await byHost
    .consume(new URL(logoUri).host)
    .then(() => all.consume("all"))
    .then(
      () => true,
      () => false,
    )
  if (!isAllowed) return null
  // A map lists its keys in the order in which they were added.
  const [oldest] = entries.keys()
  if (entries.size >= maxLogos && oldest !== undefined) entries.delete(oldest)
  const logo = fetchPublicImage(new URL(logoUri))
  const entry = { logo, expiresAt: secondsFromNow(keepSeconds / 10) }
  entries.set(logoUri, entry)
  if (await logo) entry.expiresAt = secondsFromNow(keepSeconds)
  return logo
}
