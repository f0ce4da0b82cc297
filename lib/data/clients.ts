import { columnsOf } from "./columns"
import { database } from "./database"
import type { Client as ClientRow } from "./generated/sqlite/client"
import { findRow, listRows } from "./statement"

export type TokenEndpointAuthMethod = "client_secret_basic" | "client_secret_post" | "none"
export type GrantType = "authorization_code" | "refresh_token"
export type IdTokenAlg = "RS256" | "ES256"

/** A registered client: RFC 7591 metadata in this project's spelling. */
export type Client = {
  clientId: string
  clientName: string
  /** SHA-256, base64url; null for a public client. */
  clientSecretHash: string | null
  tokenEndpointAuthMethod: TokenEndpointAuthMethod
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  /** The origins whose pages may call the client's endpoints (CORS). Empty for a confidential client. */
  origins: string[]
  grantTypes: GrantType[]
  scope: string[]
  idTokenSignedResponseAlg: IdTokenAlg
  firstParty: boolean
  resourceServer: boolean
  resources: string[]
  requirePkce: boolean
  createdAt: Date
}

export type ClientChanges = Partial<Omit<Client, "clientId" | "createdAt">>

const split = (text: string) => text.split(" ").filter(Boolean)
const join = (list: string[]) => list.join(" ")
/** A space on both sides, so that one `contains` finds a whole origin and never a part of one. */
const joinOrigins = (origins: string[]) => (origins.length > 0 ? ` ${origins.join(" ")} ` : "")

function fromRow(row: ClientRow): Client {
  return {
    ...row,
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as TokenEndpointAuthMethod,
    idTokenSignedResponseAlg: row.idTokenSignedResponseAlg as IdTokenAlg,
    grantTypes: split(row.grantTypes) as GrantType[],
    redirectUris: split(row.redirectUris),
    postLogoutRedirectUris: split(row.postLogoutRedirectUris),
    origins: split(row.origins),
    scope: split(row.scope),
    resources: split(row.resources),
  }
}

function toRow({
  redirectUris,
  postLogoutRedirectUris,
  origins,
  grantTypes,
  scope,
  resources,
  ...rest
}: ClientChanges) {
  return {
    ...rest,
    ...(redirectUris && { redirectUris: join(redirectUris) }),
    ...(postLogoutRedirectUris && { postLogoutRedirectUris: join(postLogoutRedirectUris) }),
    ...(origins && { origins: joinOrigins(origins) }),
    ...(grantTypes && { grantTypes: join(grantTypes) }),
    ...(scope && { scope: join(scope) }),
    ...(resources && { resources: join(resources) }),
  }
}

export async function insertClient(client: Omit<Client, "createdAt">): Promise<Client> {
  const db = await database()
  const { clientId, ...rest } = client
  const row = { clientId, ...toRow(rest), createdAt: new Date() } as ClientRow
  return fromRow(await db.client.create({ data: row }))
}

const client = columnsOf("Client")
const selectClient = `SELECT ${client.select} FROM "Client" WHERE "clientId" = ?`

export async function findClient(clientId: string): Promise<Client | null> {
  const row = await findRow(selectClient, [clientId])
  return row && fromRow(client.read(row).Client)
}

export async function listClients(): Promise<Client[]> {
  const db = await database()
  return (await db.client.findMany({ orderBy: { createdAt: "asc" } })).map(fromRow)
}

/** @returns the client as changed, or null when there is none */
export async function updateClient(clientId: string, changes: ClientChanges): Promise<Client | null> {
  const db = await database()
  const { count } = await db.client.updateMany({ where: { clientId }, data: toRow(changes) })
  return count === 1 ? findClient(clientId) : null
}

/** Deletes a client with its Sessions and consents. @returns whether there was one */
export async function deleteClient(clientId: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.client.deleteMany({ where: { clientId } })
  return count === 1
}

/** Whether some browser client is registered with this origin. `origin` must be a serialized origin: it can hold no space. */
export async function isRegisteredOrigin(origin: string): Promise<boolean> {
  // The database only makes the list short: its pattern takes `_` and `%` for others, and SQLite's any case for another.
  const rows = await listRows(`SELECT "origins" FROM "Client" WHERE "origins" LIKE ?`, [`% ${origin} %`])
  return rows.some(([origins]) => split(String(origins)).includes(origin))
}
