import { plural } from "../text"
import {
  type Answer,
  describeStatus,
  type Finding,
  failed,
  findDescription,
  type Metadata,
  ok,
  parseObject,
  trySend,
  warning,
} from "./finding"

const check = "Registration"

/** What a client sends to register itself (RFC 7591). */
export type RegistrationBody = { redirect_uris: string[] } & Record<string, string | string[]>

/** A kind of client that registers itself. */
export type SelfRegistering = {
  name: string
  body: RegistrationBody
  /** Whether it can be given an initial access token. */
  sendsToken: boolean
}

/** What the server did with the registration of one client. `reason` is in the server's words. */
export type Outcome = { result: "registered" } | { result: "token needed" } | { result: "refused"; reason: string }

type Registered = {
  clientId: string
  redirectUri: string
  /** Where it was registered. */
  origin: string
  uri: string
  token: string
}

export type Registrations = {
  /** By the name of the client. Without an entry, nothing was sent. */
  outcomes: Map<string, Outcome>
  registered: Registered[]
  /** Why the others were not tried; null when all were. */
  stopped: Finding | null
}

export const noRegistrations = (stopped: Finding | null): Registrations => ({
  outcomes: new Map(),
  registered: [],
  stopped,
})

/**
 * Registers as each client does.
 * @param initialAccessToken null for none
 */
export async function registerAll(
  { registration_endpoint }: Metadata,
  clients: SelfRegistering[],
  initialAccessToken: string | null,
): Promise<Registrations> {
  const registrations = noRegistrations(null)
  const endpoint = String(registration_endpoint)
  for (const { name, body, sendsToken } of clients) {
    const token = sendsToken ? initialAccessToken : null
    const answer = await register(endpoint, body, token)
    const reason = findDescription(answer)
    if (answer?.status === 201) {
      registrations.registered.push(toRegistered(endpoint, answer, body))
      registrations.outcomes.set(name, { result: "registered" })
    } else if (answer?.status === 400 && reason !== null) {
      registrations.outcomes.set(name, { result: "refused", reason })
    } else if (answer?.status === 401 && reason !== null && token === null) {
      registrations.outcomes.set(name, { result: "token needed" })
    } else {
      return { ...registrations, stopped: explainStop(endpoint, answer, reason) }
    }
  }
  return registrations
}

function register(endpoint: string, body: RegistrationBody, token: string | null): Promise<Answer | null> {
  const headers = { "Content-Type": "application/json", ...(token !== null && { Authorization: `Bearer ${token}` }) }
  return trySend(endpoint, { method: "POST", headers, body: JSON.stringify(body) })
}

function toRegistered(
  endpoint: string,
  answer: Answer,
  { redirect_uris: [redirectUri = ""] }: RegistrationBody,
): Registered {
  const { client_id, registration_client_uri, registration_access_token } = parseObject(answer.text)
  return {
    clientId: String(client_id),
    redirectUri,
    origin: new URL(endpoint).origin,
    uri: String(registration_client_uri),
    token: String(registration_access_token),
  }
}

function explainStop(endpoint: string, answer: Answer | null, reason: string | null): Finding {
  if (answer?.status === 401 && reason !== null) {
    return warning(check, `Not every client was tried: ${reason}`, createToken)
  }
  if (answer?.status === 429 && reason !== null) return warning(check, `Not every client was tried: ${reason}`, "")
  return failed(
    check,
    `POST ${endpoint} got ${describeStatus(answer)}.`,
    "Configure the proxy to pass on POST requests with JSON.",
  )
}

const createToken = "Create a token for several clients: npm run -s cli -- client registration-token --reusable"

/**
 * Uses clients and then deletes them, also when using them fails.
 * @returns what `use` returned, and the IDs of the clients that are still there
 */
export async function deleteAfter<Used>(
  registered: Registered[],
  use: () => Promise<Used>,
): Promise<{ used: Used; left: string[] }> {
  const left: string[] = []
  try {
    return { used: await use(), left }
  } finally {
    left.push(...(await deleteAll(registered)))
  }
}

/** Deletes clients (RFC 7592). Each token is sent to no other origin than that where its client was registered. @returns the IDs that are left */
async function deleteAll(registered: Registered[]): Promise<string[]> {
  const left: string[] = []
  for (const { clientId, origin, uri, token } of registered) {
    const isThere = URL.canParse(uri) && new URL(uri).origin === origin
    const request = { method: "DELETE", headers: { Authorization: `Bearer ${token}` } }
    const answer = isThere ? await trySend(uri, request) : null
    if (answer?.status !== 204) left.push(clientId)
  }
  return left
}

/** @param left the IDs of the clients that could not be deleted */
export function describeRegistrations({ outcomes, registered, stopped }: Registrations, left: string[]): Finding {
  if (left.length > 0) {
    return warning(
      check,
      `${plural(left.length, "client")} of this check could not be deleted with DELETE at the registration_client_uri (RFC 7592).`,
      `Let the proxy pass DELETE requests on and leave that URI unchanged, and delete them: ${left.map((id) => `client delete ${id}`).join(", ")}`,
    )
  }
  if (stopped) return stopped
  if (outcomes.size === 0) return ok(check, "Clients cannot register themselves, so you register each.")
  const needsToken = [...outcomes.values()].some(({ result }) => result === "token needed")
  if (needsToken && registered.length === 0) {
    return warning(
      check,
      "Not tried: clients need an initial access token.",
      "Pipe one into the doctor: … client registration-token --reusable | … doctor --initial-access-token-stdin",
    )
  }
  const who = needsToken ? "Clients with an initial access token" : "Clients"
  return ok(check, `${who} can register themselves. The ${registered.length} of this check are deleted again.`)
}
