import { createHash } from "node:crypto"
import { config } from "@/lib/config"
import { log } from "@/lib/log"

/** How long the service may take to answer, in milliseconds. A person is waiting. */
const timeoutMs = 2_000

/**
 * Whether a password appeared in a data breach, according to the service of BREACHED_PASSWORDS_URL. It gets the first five
 * hexadecimal digits of the password's SHA-1, which hundreds of passwords share, and returns the remaining digits of all of
 * them. Without the setting, or when the service does not answer, false: no one is locked out by an outage elsewhere.
 * See https://haveibeenpwned.com/API/v3#PwnedPasswords.
 */
export async function isBreached(password: string): Promise<boolean> {
  const { BREACHED_PASSWORDS_URL } = config()
  if (BREACHED_PASSWORDS_URL === undefined) return false
  const digest = createHash("sha1").update(password).digest("hex").toUpperCase()
  try {
    const response = await fetch(new URL(digest.slice(0, 5), BREACHED_PASSWORDS_URL), {
      // With padding, the size of the encrypted response does not reveal the prefix.
      headers: { "Add-Padding": "true" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const lines = (await response.text()).split("\n")
    // A padding line has the count 0.
    return lines.some((line) => new RegExp(`^${digest.slice(5)}:[1-9]`, "i").test(line))
  } catch (error) {
    log().warn({ event: "breached_passwords_unavailable", problem: error instanceof Error ? error.message : "unknown" })
    return false
  }
}
