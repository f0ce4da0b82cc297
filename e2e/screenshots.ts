// npm run screenshots: takes the pictures of docs/images from the built server, so that they show what it is now.
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { type BrowserContext, chromium, type Page } from "playwright"
import { demoUser } from "@/lib/accounts/demo-user"
import { closePasswordPool } from "@/lib/accounts/password"
import { createUser } from "@/lib/accounts/users"
import { registerClient } from "@/lib/clients/registration"
import { closeDatabase } from "@/lib/data/database"
import type { User } from "@/lib/data/users"
import { cookieName } from "@/lib/http/cookies"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { root } from "@/lib/testing/packages"
import { ensureChromium, launchArgs } from "./fixtures/browser"
import { startServer } from "./fixtures/server"

const viewports = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } }

const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-screenshots-"))
const databaseUrl = `file:${path.join(folder, "screenshots.db")}`
const secret = randomBytes(32).toString("base64url")
const server = await startServer({ databaseUrl, secret, env: { DEMO: "on", AUTH_CODE_SECONDS: "600" } })
const { issuer } = server
Object.assign(process.env, { DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: issuer })

try {
  await takeAll()
} finally {
  await closePasswordPool()
  await closeDatabase()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function takeAll(): Promise<void> {
  const user = await makeUser(demoUser)
  await registerClient(
    {
      clientName: "Playground",
      redirectUris: [`${issuer}/playground`],
      tokenEndpointAuthMethod: "none",
      scope: "openid profile email offline_access",
    },
    "playground",
  )
  await makeFlows(user)
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs })
  // The tours come last: they would fill the list.
  for (const takePictures of [takeList, takeFailedFlow, takeTour]) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [size, viewport] of Object.entries(viewports)) {
        const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" })
        await signIn(context, user)
        const page = await context.newPage()
        await takePictures(page, (name) =>
          page.screenshot({ path: path.join(root, "docs/images", `${name}-${size}-${colorScheme}.png`) }),
        )
        await context.close()
      }
    }
  }
  await browser.close()
}

async function makeUser(facts: { email: string; name: string; password: string }): Promise<User> {
  const made = await createUser(facts)
  if (!made.ok) throw new Error(made.problem)
  return made.user
}

async function signIn(context: BrowserContext, user: User): Promise<void> {
  const { token } = await startBrowserSession(user.id, null)
  await context.addCookies([
    { name: cookieName("session", issuer), value: token, url: issuer, httpOnly: true, sameSite: "Lax" },
  ])
}

type Take = (name: string) => Promise<unknown>

async function takeTour(page: Page, take: Take): Promise<void> {
  const press = (name: string | RegExp) => page.getByRole("button", { name }).click()
  const allowed = async () => {
    const allow = page.getByRole("button", { name: "Allow" })
    await allow.or(page.getByRole("button", { name: "Redeem the code" })).waitFor()
    if (await allow.isVisible()) await allow.click()
  }
  await page.goto(`${issuer}/playground`)
  await page.getByRole("button", { name: "Make the secret" }).waitFor()
  await press("Make the secret")
  await press("Go and sign in")
  await allowed()
  await press("Redeem the code")
  await page.getByRole("button", { name: /^16\./ }).waitFor()
  await page.getByRole("button", { name: "Introspect the token" }).scrollIntoViewIfNeeded()
  await take("tour")
  await press("Break it")
  await press(/^Change the verifier/)
  await page.getByText("is not equal to").waitFor()
  await page.waitForTimeout(300)
  await take("tour-broken")
}

async function takeList(page: Page, take: Take): Promise<void> {
  await page.goto(`${issuer}/flows`)
  await page.getByText("Live", { exact: true }).waitFor()
  await take("flows")
}

async function takeFailedFlow(page: Page, take: Take): Promise<void> {
  await page.goto(`${issuer}/flows?outcome=refused`)
  await page
    .getByRole("link", { name: /Code verifier does not match/ })
    .last()
    .click()
  await page.getByText("Live", { exact: true }).waitFor()
  if (page.viewportSize()?.width === viewports.desktop.width) await page.setViewportSize({ width: 1280, height: 1080 })
  // Beside the diagram it is open by itself.
  if (!(await page.getByText("is not equal to").isVisible())) {
    const failed = page.locator("[data-step][data-failed]").last()
    await failed.click()
    await failed.evaluate((row) => row.scrollIntoView({ block: "start" }))
  }
  await take("failed-flow")
}

/** A list to look at: several clients and people, and what goes wrong in practice. */
async function makeFlows(user: User): Promise<void> {
  const redirectUri = "https://client.example/callback"
  const others = ["ada@example.com", "grace@example.com", "alan@example.com"]
  const people = [user]
  for (const email of others) {
    people.push(await makeUser({ email, name: email, password: randomBytes(12).toString("base64url") }))
  }
  const clients = []
  for (const clientName of ["Holiday planner", "Timesheet", "Reading list"]) {
    const { client } = await registerClient({
      clientName,
      redirectUris: [redirectUri],
      tokenEndpointAuthMethod: "none",
      firstParty: true,
    })
    clients.push(client)
  }
  const mishaps = ["", "verifier", "", "denied", "replay", "", "", "verifier", "abandoned", "", ""]
  for (const [i, mishap] of mishaps.entries()) {
    const client_id = clients[i % clients.length]?.clientId ?? ""
    const person = people[i % people.length] ?? user
    const cookie = `${cookieName("session", issuer)}=${(await startBrowserSession(person.id, null)).token}`
    const verifier = randomBytes(32).toString("base64url")
    const parameters = new URLSearchParams({
      client_id,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid profile email offline_access",
      state: "of-the-client",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...(mishap === "denied" && { prompt: "none", max_age: "0" }),
    })
    const headers = mishap === "abandoned" ? undefined : { cookie }
    const answer = await fetch(`${issuer}/authorize?${parameters}`, { redirect: "manual", headers })
    const code = new URL(answer.headers.get("location") ?? issuer).searchParams.get("code")
    if (!code) continue
    const post = async (endpoint: string, form: Record<string, string>) => {
      const response = await fetch(`${issuer}${endpoint}`, { method: "POST", body: new URLSearchParams(form) })
      return (await response.json().catch(() => ({}))) as Record<string, string>
    }
    const redeem = (code_verifier: string) =>
      post("/token", { grant_type: "authorization_code", client_id, code, code_verifier, redirect_uri: redirectUri })
    const { refresh_token } = await redeem(mishap === "verifier" ? randomBytes(32).toString("base64url") : verifier)
    if (mishap === "replay") await redeem(verifier)
    if (refresh_token && i % 3 === 2) await post("/refresh", { grant_type: "refresh_token", client_id, refresh_token })
    if (refresh_token && i % 4 === 1) await post("/revoke", { client_id, token: refresh_token })
  }
}
