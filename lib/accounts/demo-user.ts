import { findUserByEmail } from "@/lib/data/users"

/** Who signs in to a demo. Everybody may know this password: only its own machine can reach a demo. */
export const demoUser = { email: "demo@example.com", name: "Demo User", password: "correct horse battery" }

/** @returns what the demo's user signs in with; null where there is no such user */
export async function findDemoUser(): Promise<typeof demoUser | null> {
  return (await findUserByEmail(demoUser.email)) ? demoUser : null
}
