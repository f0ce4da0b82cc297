import { type Client, findClient } from "@/lib/data/clients"
import { findDocumentClient, isDocumentClientId } from "./client-document"

/**
 * Finds the client of an authorization: a registered one, or one whose ID is the URL of its metadata.
 * @throws OAuthError when the metadata is not valid
 */
export async function resolveClient(clientId: string): Promise<Client | null> {
  return isDocumentClientId(clientId) ? findDocumentClient(clientId) : findClient(clientId)
}
