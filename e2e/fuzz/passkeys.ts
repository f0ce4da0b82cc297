import { insertPasskey } from "@/lib/data/passkeys"
import type { User } from "@/lib/data/users"
import { SoftwareAuthenticator } from "@/lib/testing/authenticator"

/** Gives a User a passkey. */
export async function addPasskey(user: User): Promise<SoftwareAuthenticator> {
  const authenticator = new SoftwareAuthenticator()
  const { id, publicKey } = authenticator
  const createdAt = new Date()
  const facts = { counter: 0, transports: "internal", singleDevice: false, name: "Phone", createdAt }
  const event = { userId: user.id, kind: "passkey_added", at: createdAt } as const
  await insertPasskey({ id, userId: user.id, publicKey, ...facts }, { tokenHash: "", amr: "" }, { event, mail: null })
  return authenticator
}
