import { currentTime } from "@/lib/clock"
import { auditWrite, type Source } from "./audit-events"
import { columnsOf, insertWrite, joinList, toList, updateWrite } from "./columns"
import { database } from "./database"
import type { Client as ClientRow, Prisma } from "./generated/sqlite/client"
import { changeRows, findRow, listRows, write, writeIfFirst } from "./statement"
import { readOncePerTurn } from "./turn"

/** `client_secret` is either of the two methods with a secret. */
export type TokenEndpointAuthMethod =
  | "client_secret"
  | "client_secret_basic"
  | "client_secret_post"
  | "private_key_jwt"
  | "none"
export type GrantType =
  | "authorization_code"
  | "refresh_token"
  | "client_credentials"
  | "urn:ietf:params:oauth:grant-type:device_code"
  | "urn:ietf:params:oauth:grant-type:token-exchange"

/**
 * Who registered a client: the operator; someone with an initial access token from the operator; or anyone (REGISTRATION=open,
 * and a client whose ID is the URL of its metadata).
 */
export type ClientSource = "operator" | "token" | "open" | "document"
export type IdTokenAlg = "RS256" | "ES256"

/** Columns that store a list as text: see prisma/schema.prisma. */
type Lists = {
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  /** The origins whose pages may call the endpoints (CORS). Empty for a confidential client. */
  origins: string[]
  grantTypes: GrantType[]
  scope: string[]
  resources: string[]
}
type Choices = {
  tokenEndpointAuthMethod: TokenEndpointAuthMethod
  idTokenSignedResponseAlg: IdTokenAlg
  userinfoSignedResponseAlg: IdTokenAlg | null
  source: ClientSource
}

/** A registered client: RFC 7591 metadata in camelCase. */
export type Client = Omit<ClientRow, keyof Lists | keyof Choices> & Lists & Choices

type Optional<Input> = { [Key in keyof Input]-?: undefined extends Input[Key] ? Key : never }[keyof Input]
/** A client to insert. Columns with a default are optional. */
export type NewClient = Omit<Client, Extract<keyof Client, Optional<Prisma.ClientCreateInput>>> & Partial<Client>
export type ClientChanges = Partial<Omit<Client, "clientId" | "createdAt">>

const lists: { [Name in keyof Lists]: (list: string[]) => string } = {
  redirectUris: joinList,
  postLogoutRedirectUris: joinList,
  // A space on both sides, so that LIKE matches only whole origins.
  origins: (list) => (list.length > 0 ? ` ${joinList(list)} ` : ""),
  grantTypes: joinList,
  scope: joinList,
  resources: joinList,
}
const listNames = Object.keys(lists) as (keyof Lists)[]

/** Changes the row itself: to copy it would take as long as to read it. */
function fromRow(row: ClientRow): Client {
  const client: Record<string, unknown> = row
  for (const name of listNames) client[name] = toList(row[name])
  return client as Client
}

function toRow<Facts extends Partial<Client>>(facts: Facts): Omit<Facts, keyof Lists> & Partial<ClientRow> {
  const given = listNames.flatMap((name) => (facts[name] ? [[name, lists[name](facts[name])]] : []))
  return { ...facts, ...Object.fromEntries(given) }
}

/** Stores a client, and who registered it. @throws UniqueViolation when there is one with this ID */
export async function insertClient(client: NewClient, source: Source): Promise<Client> {
  const createdAt = currentTime()
  const event = auditWrite({ ...source, kind: "client_created", at: createdAt, clientId: client.clientId })
  await write(insertWrite("Client", { ...toRow(client), createdAt }), event)
  const stored = await findClient(client.clientId)
  if (!stored) throw new Error(`The client ${client.clientId} was deleted while it was stored.`)
  return stored
}

const client = columnsOf("Client")
const selectClient = `SELECT ${client.select} FROM "Client" WHERE "clientId" = ?`

async function findClientRow(clientId: string): Promise<ClientRow | null> {
  const row = await findRow(selectClient, [clientId])
  return row && client.read(row).Client
}

/** Requests of one turn often come from one client: each of them is read once. @returns what no caller may change */
export function findClient(clientId: string): Promise<Client | null> {
  return readOncePerTurn(`client ${clientId}`, async () => {
    const row = await findClientRow(clientId)
    return row && fromRow(row)
  })
}

export async function listClients(): Promise<Client[]> {
  const db = await database()
  return (await db.client.findMany({ orderBy: { createdAt: "asc" } })).map(fromRow)
}

/** How often a change is retried after another caller has changed the client. */
const maxRounds = 20

/**
 * Changes a client, but only if its row is still what `decide` was given.
 * @param decide called again with the current client if another caller was first; its errors are thrown
 * @param source who changes it
 * @returns the changed client; null when it does not exist
 */
export async function updateClient(
  clientId: string,
  decide: (client: Client) => ClientChanges,
  source: Source,
  kind: "client_updated" | "client_secret_rotated" = "client_updated",
): Promise<Client | null> {
  for (let round = 0; round < maxRounds; round++) {
    const row = await findClientRow(clientId)
    if (!row) return null
    // `createdAt` never changes, and a stored date may have another format than the compared one.
    const { createdAt, ...asRead } = row
    const data = toRow(decide(fromRow({ ...row })))
    const event = auditWrite({ ...source, kind, at: currentTime(), clientId, detail: findChanged(row, data) })
    if (await writeIfFirst(updateWrite("Client", asRead, data), event)) return fromRow({ ...row, ...data })
  }
  throw new Error(`The client ${clientId} was changed by other callers ${maxRounds} times.`)
}

/** The names of the columns that a change gives another value. */
const findChanged = (row: ClientRow, data: Partial<ClientRow>) =>
  (Object.keys(data) as (keyof ClientRow)[]).filter((name) => row[name] !== data[name]).join(" ")

/** Deletes a client with its Sessions and consents. @returns whether it existed */
export function deleteClient(clientId: string, source: Source): Promise<boolean> {
  const event = auditWrite({ ...source, kind: "client_deleted", at: currentTime(), clientId })
  return writeIfFirst([`DELETE FROM "Client" WHERE "clientId" = ?`, [clientId]], event)
}

/** Deletes up to `batch` clients that anyone could register, that are older, and that have neither a Session nor a consent. */
export function deleteUnusedClients(before: Date, batch: number): Promise<number> {
  const unused = `"source" = 'open' AND "createdAt" < ?
    AND NOT EXISTS (SELECT 1 FROM "Session" WHERE "Session"."clientId" = "Client"."clientId")
    AND NOT EXISTS (SELECT 1 FROM "Consent" WHERE "Consent"."clientId" = "Client"."clientId")`
  const keys = `SELECT "clientId" FROM "Client" WHERE ${unused} LIMIT ?`
  return changeRows(`DELETE FROM "Client" WHERE "clientId" IN (${keys}) AND ${unused}`, [before, batch, before])
}

/** Whether a browser client is registered with this origin. `origin` must be a serialized origin, without spaces. */
export async function hasOrigin(origin: string): Promise<boolean> {
  // LIKE only narrows the list: `_` and `%` are wildcards, and SQLite ignores case.
  const rows = await listRows(`SELECT "origins" FROM "Client" WHERE "origins" LIKE ?`, [`% ${origin} %`])
  return rows.some(([origins]) => toList(String(origins)).includes(origin))
}

/** Whether a browser client is registered with this origin at any port. `portless` has no wildcard, and many clients can have it. */
export async function hasOriginAtAnyPort(portless: string): Promise<boolean> {
  const patterns = [`% ${portless} %`, `% ${portless}:%`]
  return (
    (await listRows(`SELECT 1 FROM "Client" WHERE "origins" LIKE ? OR "origins" LIKE ? LIMIT 1`, patterns)).length > 0
  )
}
