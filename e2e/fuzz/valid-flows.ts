import { decodeJwt } from "jose"
import { createUser } from "@/lib/accounts/users"
import { readForm } from "../fixtures/forms"
import { authorizationParameters, basic, makePkce, registerClient, TestBrowser } from "../fixtures/world"

/** Signs a new user in by the form, allows a client, and uses its tokens. @returns what does not work, in words */
export async function runValidFlows(issuer: string): Promise<string[]> {
  try {
    await runFlow(issuer)
    return []
  } catch (error) {
    return [`A valid flow fails after the run: ${error instanceof Error ? error.message : error}`]
  }
}

async function runFlow(issuer: string): Promise<void> {
  const password = "an engine of many wheels"
  const created = await createUser({ email: `after-${Date.now()}@example.com`, name: "Ada", password })
  if (!created.ok) throw new Error("The user cannot be created.")
  const client = await registerClient({ firstParty: false })
  const { codeChallenge, codeVerifier } = makePkce()
  const browser = new TestBrowser(issuer)
  const locationOf = (response: Response): URL => {
    const location = response.headers.get("location")
    if (response.status !== 303 || !location) throw new Error(`${response.url} answers ${response.status}`)
    return new URL(location)
  }
  const post = async (path: string, form: Record<string, string>) =>
    locationOf(
      await browser.fetch(path, { method: "POST", body: new URLSearchParams(form), headers: { Origin: issuer } }),
    )
  const signIn = locationOf(await browser.fetch(`/authorize?${authorizationParameters(client, codeChallenge)}`))
  const state = signIn.searchParams.get("state") ?? ""
  let next = await post("/sign-in/submit", { state, email: created.user.email, password })
  for (let i = 0; i < 12 && next.origin === issuer; i++) {
    if (next.pathname === "/consent") {
      const { fields } = readForm(await (await browser.fetch(next.pathname + next.search)).text(), "Allow")
      next = await post("/consent/submit", Object.fromEntries(fields))
    } else if (next.pathname === "/account/passkeys")
      next = await post("/account/passkeys/submit", { state, decision: "skip" })
    else next = locationOf(await browser.fetch(next.pathname + next.search))
  }
  const code = next.searchParams.get("code")
  if (!code)
    throw new Error(`no code, but ${next.origin}${next.pathname} ${next.searchParams.get("error_description")}`)

  const headers = { Authorization: basic(client.clientId, client.clientSecret ?? "") }
  async function call(path: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const response = await fetch(issuer + path, { method: "POST", body: new URLSearchParams(form), headers })
    if (response.status !== 200) throw new Error(`${path} answers ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  const tokens = await call("/token", { grant_type: "authorization_code", code, code_verifier: codeVerifier })
  if (decodeJwt(String(tokens.id_token)).sub !== created.user.id) throw new Error("the ID token is another user's")
  const refreshed = await call("/refresh", { refresh_token: String(tokens.refresh_token) })
  const token = String(refreshed.access_token)
  if ((await call("/introspect", { token })).active !== true) throw new Error("the token is not active")
  await call("/revoke", { token: String(refreshed.refresh_token) })
  if ((await call("/introspect", { token })).active !== false) throw new Error("the revoked token is active")
}
