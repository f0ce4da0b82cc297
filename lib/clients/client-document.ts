import { RateLimiterMemory } from "rate-limiter-flexible"
import { currentTime, secondsFromNow } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Source } from "@/lib/data/audit-events"
import { type Client, findClient, insertClient, updateClient } from "@/lib/data/clients"
import { isStored } from "@/lib/data/errors"
import { describeParameter } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { perProcess } from "@/lib/per-process"
import { OAuthError } from "@/lib/protocol/errors"
import { uriCharacters } from "@/lib/protocol/redirect-uri"
import { validateNewClient } from "./metadata"
import { fetchPublicDocument } from "./public-document"
import { endConsentsOfOtherHosts } from "./redirect-hosts"
import { ofOperator } from "./registration"
import { parseRegistration } from "./registration-request"

/** Characters: the client_id travels in every request line, and in the state token. */
const maxLength = 256

/** How long a document is kept, whatever its headers are, in seconds. */
const minSeconds = 60
const maxSeconds = 24 * 60 * 60

/** More documents are dropped and fetched again. */
const maxDocuments = 1_000

/** How often documents are fetched, from one host and from all, in a minute. */
const fetchesPerHost = 30
const fetchesPerProcess = 300

/** How a document is fetched, and the flow that reports it. */
type Fetch = { flow: Flow | undefined; fetchDocument: typeof fetchPublicDocument }

/** The client that a document describes, or the error in it; null when it cannot be fetched. */
type Outcome = Client | OAuthError | null

/** Requests that come while a document is fetched wait for the same fetch. Only then is `expiresAt` null. */
type Entry = { outcome: Promise<Outcome>; expiresAt: Date | null }

type Documents = {
  entries: Map<string, Entry>
  byHost: RateLimiterMemory
  all: RateLimiterMemory
}

const documents = perProcess<Documents>("clientDocuments")

/** Whether a client_id is the URL of the client's metadata (draft-ietf-oauth-client-id-metadata-document). */
export const isDocumentClientId = (clientId: string) => clientId.startsWith("https://")

/**
 * Finds the client whose ID is the URL of its metadata. The document is fetched when it is not known, and nothing is stored
 * for a client that no User has allowed.
 * @param flow reports the fetch. Requests that wait for the fetch of another one do not report it
 * @param fetchDocument fetches it
 * @returns null when documents are switched off, or this one cannot be fetched
 * @throws OAuthError when the document was fetched and is not valid
 */
export async function findDocumentClient(
  clientId: string,
  flow?: Flow,
  fetchDocument = fetchPublicDocument,
): Promise<Client | null> {
  const url = config().CLIENT_ID_METADATA_DOCUMENTS ? parseDocumentUrl(clientId) : null
  if (!url) return null
  const known = findKnown(clientId)
  const client = await (known ?? startFetch(clientId, url, { flow, fetchDocument }))
  if (!known && client) flow?.step("authorization.verifies_client_document")
  if (client instanceof OAuthError) throw client
  return client && { ...client, ...ofOperator((await findClient(clientId)) ?? client) }
}

/** Stores the client of a document, once a User is about to allow it. Other clients are stored already. */
export async function storeDocumentClient(client: Client, source: Source): Promise<void> {
  if (client.source === "document") await isStored(insertClient(client, source))
}

/** Section 3: https, a path, and no fragment, user name or dot segments. The URL parser must leave it as it is. */
function parseDocumentUrl(clientId: string): URL | null {
  if (clientId.length > maxLength || !uriCharacters.test(clientId) || !URL.canParse(clientId)) return null
  const url = new URL(clientId)
  const isPlain = url.href === clientId && url.hash === "" && url.username === "" && url.password === ""
  return url.protocol === "https:" && isPlain && url.pathname !== "/" ? url : null
}

/** The outcome of a fetch that is in progress or still valid. */
function findKnown(clientId: string): Promise<Outcome> | null {
  const known = documents.value?.entries.get(clientId)
  return known && (known.expiresAt === null || known.expiresAt > currentTime()) ? known.outcome : null
}

function startFetch(clientId: string, url: URL, { flow, fetchDocument }: Fetch): Promise<Outcome> {
  documents.value ??= {
    entries: new Map(),
    byHost: new RateLimiterMemory({ points: fetchesPerHost, duration: 60 }),
    all: new RateLimiterMemory({ points: fetchesPerProcess, duration: 60 }),
  }
  const { entries } = documents.value
  if (entries.size >= maxDocuments) entries.clear()
  const keep = (seconds: number) => {
    entry.expiresAt = secondsFromNow(Math.min(Math.max(seconds, minSeconds), maxSeconds))
  }
  const outcome = fetchOutcome(clientId, url, { flow, fetchDocument, keep })
  const entry: Entry = { outcome, expiresAt: null }
  entries.set(clientId, entry)
  entry.outcome.catch(() => entries.delete(clientId))
  return entry.outcome
}

async function fetchOutcome(
  clientId: string,
  url: URL,
  { flow, fetchDocument, keep }: Fetch & { keep: (seconds: number) => void },
): Promise<Outcome> {
  await countFetch(url)
  flow?.step("authorization.fetches_client_document", () => ({ client_id: describeParameter("client_id", clientId) }))
  const document = await fetchDocument(url)
  const client = document && (await parseDocument(clientId, document.body))
  if (client && !(client instanceof OAuthError)) await updateStored(client)
  keep(document?.maxAgeSeconds ?? 0)
  return client
}

/** @throws OAuthError temporarily_unavailable: no caller can make this server send requests without a limit */
async function countFetch({ host }: URL): Promise<void> {
  try {
    await Promise.all([documents.value?.byHost.consume(host), documents.value?.all.consume("all")])
  } catch {
    throw new OAuthError(
      "temporarily_unavailable",
      "Too many client metadata documents were fetched. Try again in a minute.",
      "server_busy",
      { headers: { "Retry-After": "60" } },
    )
  }
}

async function parseDocument(clientId: string, body: unknown): Promise<Client | OAuthError> {
  try {
    const metadata = await parseRegistration(body, { isTrusted: false })
    const { client_id, client_secret } = body as Record<string, unknown>
    const tokenEndpointAuthMethod = metadata.tokenEndpointAuthMethod ?? "none"
    // Section 4.1: the client_id MUST be the URL of the document, and a shared secret MUST NOT be used.
    if (client_id !== clientId) throw invalidDocument("its client_id is not its own URL")
    if (client_secret !== undefined || tokenEndpointAuthMethod.startsWith("client_secret")) {
      throw invalidDocument("it must not use a client_secret, because everyone can read it")
    }
    const facts = validateNewClient({ ...metadata, tokenEndpointAuthMethod })
    const own = {
      clientSecretHash: null,
      registrationTokenHash: null,
      source: "document",
      createdAt: currentTime(),
    } as const
    return { clientId, ...facts, ...own }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return error.reason === "client_document_invalid" ? error : invalidDocument(error.description)
  }
}

const invalidDocument = (problem: string) =>
  OAuthError.invalidRequest(
    `The metadata document at the client_id is not valid: ${problem}.`,
    "client_document_invalid",
  )

/** Brings the stored client up to date with its document. */
async function updateStored(client: Client): Promise<void> {
  const stored = await findClient(client.clientId)
  if (!stored) return
  const { clientId, createdAt, ...facts } = { ...client, ...ofOperator(stored) }
  await endConsentsOfOtherHosts(stored, client)
  await updateClient(clientId, () => facts, { actor: "server" })
}
