import { type Client, findClient } from "@/lib/data/clients"
import type { Flow } from "@/lib/flows/flow"
import type { Reason } from "@/lib/protocol/errors"
import { findDocumentClient, isDocumentClientId } from "./client-document"

/**
 * Finds the client of an authorization: a registered one, or one whose ID is the URL of its metadata.
 * @param flow reports that the metadata was fetched
 * @throws OAuthError when the metadata is not valid
 */
export async function resolveClient(clientId: string, flow?: Flow): Promise<Client | null> {
  return isDocumentClientId(clientId) ? findDocumentClient(clientId, flow) : findClient(clientId)
}

/** Why a client was not found. */
export function unknownClientReason(clientId: string): Reason {
  return isDocumentClientId(clientId) ? "client_document_unavailable" : "client_unknown"
}
