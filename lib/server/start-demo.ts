import { demoUser } from "@/lib/accounts/demo-user"
import { verifyPassword } from "@/lib/accounts/password"
import { changePassword, createUser, enableUser } from "@/lib/accounts/users"
import { prepare } from "@/lib/boot"
import type { ClientMetadata } from "@/lib/clients/metadata"
import { changeClient, registerClient } from "@/lib/clients/registration"
import { config } from "@/lib/config"
import { findUserByEmail } from "@/lib/data/users"
import { OperatorError } from "@/lib/operator-errors"
import { loopback } from "./ports"
import type { App } from "./serve"
import { startProduction } from "./start-production"

/** Creates the demo's user and client if needed, and starts the server. */
export async function startDemo(app: App): Promise<void> {
  const { issuer } = config()
  console.log("Preparing the demo database, data/demo.db ...")
  await prepare()
  await ensureUser()
  await ensureClient(issuer)
  await startProduction(app, loopback)
  console.log(`
  Start here     ${issuer}/playground
                 the guided tour: every step of a sign-in, drawn as it happens

  All flows      ${issuer}/flows
  Sign in with   ${demoUser.email}
  Password       ${demoUser.password}

  Metadata       ${issuer}/.well-known/openid-configuration
  More clients   DATABASE_URL=file:./data/demo.db npm run -s cli -- client create --help
  Start over     delete the files data/demo.db*

  Reachable from this machine only. Press Ctrl-C to stop.
`)
}

/** An earlier run may have left another password or a disabled user, so both are reset to what is printed. */
async function ensureUser(): Promise<void> {
  const user = await findUserByEmail(demoUser.email)
  if (!user) {
    const created = await createUser(demoUser)
    if (!created.ok) throw new OperatorError(`The demo user could not be created: ${created.problem}`)
    return
  }
  if (user.disabledAt) await enableUser(user.id)
  if (!(await verifyPassword(demoUser.password, user.passwordHash))) await changePassword(user.id, demoUser.password)
}

/** Creates or updates the playground's client for this port. */
async function ensureClient(issuer: string): Promise<void> {
  const metadata: ClientMetadata = {
    clientName: "Playground",
    redirectUris: [`${issuer}/playground`],
    tokenEndpointAuthMethod: "none",
    scope: "openid profile email offline_access",
  }
  if (!(await changeClient("playground", metadata))) await registerClient(metadata, "playground")
}
