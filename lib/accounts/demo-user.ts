import { findUserByEmail } from "@/lib/data/users"

/** The user of a demo. The password is public: a demo can be reached only from its own machine. */
export const demoUser = { email: "demo@example.com", name: "Demo User", password: "correct horse battery" }

/** @returns what the demo's user signs in with; null where there is no such user */
export async function findDemoUser(): Promise<typeof demoUser | null> {
  return (await findUserByEmail(demoUser.email)) ? demoUser : null
}
