import type { Client } from "@/lib/data/clients"
import { deleteConsentsOfClient } from "@/lib/data/consents"

/** The hosts that codes are sent to, or the schemes of apps. */
const hostsOf = ({ redirectUris }: Pick<Client, "redirectUris">) =>
  [...new Set(redirectUris.map((uri) => new URL(uri).host || new URL(uri).protocol))].sort().join(" ")

/**
 * Ends the consents of a client that changes itself, when its redirect URIs have other hosts: what people allowed was to send
 * codes to the ones that they saw. Called before the change is stored.
 */
export async function endConsentsOfOtherHosts(stored: Client, changed: Pick<Client, "redirectUris">): Promise<void> {
  if (hostsOf(stored) !== hostsOf(changed)) await deleteConsentsOfClient(stored.clientId)
}
