import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { promisify } from "node:util"
import type { Page } from "@playwright/test"
import { compactVerify, createRemoteJWKSet } from "jose"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { type Example, runCli, runInTerminal, startExample, startProgram } from "../fixtures/example"
import { forgeSigned, serverKey, takeApart } from "../fixtures/forgeries"
import { expect, test } from "../fixtures/journey"
import { buildNextApp } from "../fixtures/next-app"
import { startOwnServer } from "../fixtures/own-server"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { readPrintedQrCode } from "../fixtures/qr-code"
import { changeUser, query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { insertUser, obtainTokens, registerClient, type TestUser } from "../fixtures/world"

// Libraries at their newest version, unmodified, set up as the pages in docs/clients describe.

type Registered = { client_id: string; client_secret?: string }
type StartedClient = Example & { clientId: string }

/** Registers a client with the command of the documentation. @returns the settings of its program */
async function registerAt(path: string, ...options: string[]) {
  const PORT = String(await findFreePort())
  const origin = `http://localhost:${PORT}`
  const redirectUris = [origin + path, `http://127.0.0.1:${PORT}${path}`].flatMap((uri) => ["--redirect-uri", uri])
  const uris = [...redirectUris, "--post-logout-redirect-uri", `${origin}/`]
  const client = await runCli<Registered>("client", "create", "--name", "A client", ...uris, ...options)
  return { PORT, CLIENT_ID: client.client_id, CLIENT_SECRET: remember(client.client_secret) ?? "" }
}

/** Registers a client, and starts the example that uses it. */
async function startClient(file: string, path: string, ...options: string[]): Promise<StartedClient> {
  const settings = await registerAt(path, ...options)
  return { ...(await startExample(file, settings)), clientId: settings.CLIENT_ID }
}

/** The Sessions of a client: how often the refresh token was used, and why they ended. */
const readSessions = (clientId: string) =>
  query(`SELECT "rotations", "revokedReason" FROM "Session" WHERE "clientId" = ?`, [clientId])

async function signInAt(page: Page, email: string, password: string): Promise<void> {
  await signIn(page, { email, password })
  await allow(page)
  await expect(page.getByText(`${email} is signed in.`)).toBeVisible()
}

/** Presses Refresh in an example that runs on a server. */
async function refreshAt(page: Page): Promise<void> {
  const answered = page.waitForResponse((response) => response.url().endsWith("/refresh"))
  await page.getByRole("button", { name: "Refresh" }).click()
  expect((await answered).status()).toBe(303)
}

test("simple-oauth2 signs a user in, calls userinfo, refreshes and signs out", async ({ page }) => {
  const example = await startClient("simple-oauth2.ts", "/callback")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    await page.getByRole("link", { name: "Sign in" }).click()
    await signInAt(page, user.email, user.password)
    await refreshAt(page)
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: null }])
    await expect(page.getByText(`${user.email} is signed in.`)).toBeVisible()
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(page.getByText("No one is signed in.")).toBeVisible()
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: "revoked_by_client" }])
  } finally {
    await example.stop()
  }
})

test("passport-oauth2 signs a user in with PKCE and state, calls userinfo, refreshes and signs out", async ({
  page,
}) => {
  const example = await startClient("passport.ts", "/callback")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    await page.getByRole("link", { name: "Sign in" }).click()
    await signInAt(page, user.email, user.password)
    await refreshAt(page)
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: null }])
    await expect(page.getByText(`${user.email} is signed in.`)).toBeVisible()
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(page.getByText("No one is signed in.")).toBeVisible()
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: "signed_out" }])
    await page.getByRole("link", { name: "Sign in" }).click()
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  } finally {
    await example.stop()
  }
})

test("Auth.js in a Next.js app signs a user in, calls userinfo, refreshes and signs out, and not because the server has stopped", async ({
  page,
}) => {
  // The build takes ten seconds when the machine does nothing else.
  test.setTimeout(180_000)
  const build = await buildNextApp("e2e/clients/examples/auth-js")
  try {
    await runAuthJs(page, build.folder)
  } finally {
    await build.remove()
  }
})

async function runAuthJs(page: Page, folder: string): Promise<void> {
  // The app refreshes half a minute before the end, so before each page. The page refreshes a second time, which must not
  // count on a slow machine either.
  const server = await startOwnServer({ ACCESS_TOKEN_SECONDS: "30", REFRESH_RETRY_SECONDS: "300" })
  try {
    const settings = await registerAt("/api/auth/callback/oauth-flow")
    const own = { ISSUER: server.issuer, AUTH_URL: `http://localhost:${settings.PORT}`, AUTH_SECRET: randomUUID() }
    const app = await startProgram(["node_modules/next/dist/bin/next", "start"], { ...settings, ...own }, folder)
    try {
      const user = await insertUser({ name: "Ada Byron" })
      await visitAuthJs(page, app.url, settings.CLIENT_ID, user)
      await signIn(page, user)
      const signedIn = page.getByText(`Ada Lovelace, ${user.email} is signed in.`)
      await expect(signedIn).toBeVisible()
      await server.stop()
      await page.reload()
      await expect(signedIn).toBeVisible()
    } finally {
      await app.stop()
    }
  } finally {
    await server.stop()
  }
}

async function visitAuthJs(page: Page, url: string, clientId: string, user: TestUser): Promise<void> {
  const start = page.getByRole("button", { name: "Sign in" })
  await page.goto(url)
  await expect(page.getByText("No one is signed in.")).toBeVisible()
  await start.click()
  await page.waitForURL((address) => address.pathname === "/sign-in")
  await signIn(page, user)
  await allow(page)
  await expect(page.getByText(`Ada Byron, ${user.email} is signed in.`)).toBeVisible()
  // Scripts of the page can read this.
  const session = await (await page.request.get(`${url}/api/auth/session`)).json()
  expect(Object.keys(session).sort()).toEqual(["expires", "idToken", "user"])
  // The ID token has the old name.
  await changeUser(user.id, { name: "Ada Lovelace" })
  const [before] = await readSessions(clientId)
  for (let i = 0; i < 3; i++) {
    await page.reload()
    await expect(page.getByText(`Ada Lovelace, ${user.email} is signed in.`)).toBeVisible()
  }
  const [after] = await readSessions(clientId)
  expect(after).toEqual({ rotations: Number(before?.rotations) + 3, revokedReason: null })

  await page.getByRole("button", { name: "Sign out" }).click()
  await expect(page.getByText("No one is signed in.")).toBeVisible()
  expect(await readSessions(clientId)).toEqual([{ rotations: expect.any(Number), revokedReason: "signed_out" }])
  await start.click()
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
}

test("oidc-client-ts signs a user in, calls userinfo, refreshes and signs out, in a browser", async ({ page }) => {
  const example = await startClient("oidc-client-ts.ts", "/", "--public")
  try {
    const user = await insertUser({ name: "Ada Byron" })
    await page.goto(example.url)
    const status = page.getByRole("status")
    await expect(status).toHaveText("No one is signed in.")
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await signInAt(page, user.email, user.password)
    const call = page.getByRole("button", { name: "Call userinfo" })
    await call.click()
    await expect(status).toHaveText("The name is Ada Byron.")
    await page.getByRole("button", { name: "Refresh" }).click()
    await expect(status).toHaveText(`${user.email} has new tokens.`)
    // The ID token has the old name.
    await changeUser(user.id, { name: "Ada Lovelace" })
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: null }])
    await call.click()
    await expect(status).toHaveText("The name is Ada Lovelace.")
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(status).toHaveText("No one is signed in.")
    expect(await readSessions(example.clientId)).toEqual([{ rotations: 1, revokedReason: "revoked_by_client" }])
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  } finally {
    await example.stop()
  }
})

/** The paths with prompt=none that frames of the page requested. */
function watchFrames(page: Page): string[] {
  const paths: string[] = []
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (request.frame().parentFrame() && searchParams.get("prompt") === "none") paths.push(pathname)
  })
  return paths
}

/** The access token that oidc-client-ts has stored. */
const storedToken = (page: Page) =>
  page.evaluate(() => {
    const name = Object.keys(sessionStorage).find((key) => key.startsWith("oidc.user:")) ?? ""
    return JSON.parse(sessionStorage.getItem(name) ?? "{}").access_token as string | undefined
  })

test("oidc-client-ts signs a user in silently in a hidden frame of the same site, until the sign-out", async ({
  page,
}) => {
  const example = await startClient("oidc-client-ts.ts", "/", "--public")
  try {
    const user = await insertUser()
    const frames = watchFrames(page)
    await page.goto(example.url)
    const status = page.getByRole("status")
    const silently = page.getByRole("button", { name: "Sign in silently" })
    await silently.click()
    await expect(status).toHaveText("A sign-in is needed.")
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await signInAt(page, user.email, user.password)
    const first = await storedToken(page)
    await silently.click()
    await expect(status).toHaveText(`${user.email} is signed in silently.`)
    const second = await storedToken(page)
    expect([typeof first, typeof second]).toEqual(["string", "string"])
    expect(second).not.toBe(first)

    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(status).toHaveText("No one is signed in.")
    await silently.click()
    await expect(status).toHaveText("A sign-in is needed.")
    expect(frames).toEqual(["/authorize", "/authorize", "/authorize"])
  } finally {
    await example.stop()
  }
})

test("a hidden frame of another site gets login_required, although the user is signed in", async ({ page }) => {
  const example = await startClient("oidc-client-ts.ts", "/", "--public")
  try {
    const user = await insertUser()
    const frames = watchFrames(page)
    // The issuer is on localhost.
    await page.goto(example.url.replace("localhost", "127.0.0.1"))
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await signInAt(page, user.email, user.password)
    await page.getByRole("button", { name: "Sign in silently" }).click()
    await expect(page.getByRole("status")).toHaveText("A sign-in is needed.")
    expect(frames).toEqual(["/authorize"])
    // The page itself is sent there with the cookie.
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await expect(page.getByText(`${user.email} is signed in.`)).toBeVisible()
  } finally {
    await example.stop()
  }
})

test("a device signs its user in with a code, calls userinfo, refreshes and signs out", async ({ context, page }) => {
  const grant = ["--public", "--grant-type", "device_code", "--grant-type", "refresh_token"]
  const { client_id } = await runCli<Registered>("client", "create", "--name", "Television", ...grant)
  const user = await insertUser()
  // The program starts slowly on a busy machine.
  test.setTimeout(120_000)
  const device = runInTerminal("device.ts", { CLIENT_ID: client_id })
  try {
    await expect.poll(device.output, { timeout: 60_000 }).toMatch(/enter [A-Z]{4}-[A-Z]{4}\./)
    const userCode = /enter (\S+)\./.exec(device.output())?.[1] ?? ""
    // RFC 8628 section 3.3.1: verification_uri_complete.
    const scanned = readPrintedQrCode(device.output())
    expect(scanned).toBe(`${testEnvironment().issuer}/device?${new URLSearchParams({ user_code: userCode })}`)
    await addBrowserSession(context, user)
    await page.goto(scanned)
    await expect(page.getByLabel("Code")).toHaveValue(userCode)
    // Without a camera, the user types it.
    await page.goto(`${testEnvironment().issuer}/device`)
    await page.getByLabel("Code").fill(userCode)
    await page.getByRole("button", { name: "Continue" }).click()
    await allow(page)
    await expect(page.getByRole("heading", { name: "Device connected" })).toBeVisible()
    expect(await device.exitCode, device.output()).toBe(0)
    for (const line of [
      `${user.email} is signed in.`,
      `The tokens of ${user.email} are new.`,
      `${user.email} is signed out.`,
    ]) {
      expect(device.output()).toContain(line)
    }
    expect(await readSessions(client_id)).toEqual([{ rotations: 1, revokedReason: "revoked_by_client" }])
  } finally {
    device.stop()
  }
})

test("a machine calls the sample API with its own token, and revokes it", async () => {
  const PORT = String(await findFreePort())
  const api = await startExample("examples/api/server.ts", { PORT })
  try {
    const grant = ["--grant-type", "client_credentials", "--scope", "invoices:read"]
    const client = await runCli<Registered>("client", "create", "--name", "Nightly", ...grant)
    const CLIENT_SECRET = remember(client.client_secret) ?? ""
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", "e2e/clients/examples/machine.ts"],
      {
        cwd: root,
        env: {
          ...process.env,
          ISSUER: testEnvironment().issuer,
          CLIENT_ID: client.client_id,
          CLIENT_SECRET,
          API: api.url,
        },
      },
    )
    expect(JSON.parse(stdout)).toMatchObject({ for: client.client_id, asked_by: client.client_id })
    expect(await readSessions(client.client_id)).toEqual([{ rotations: 0, revokedReason: "revoked_by_client" }])
  } finally {
    await api.stop()
  }
})

/** Calls a sample API. @returns the status, and the error and scope of the challenge */
async function callApi(url: string, token?: string): Promise<unknown[]> {
  const headers = token === undefined ? undefined : { Authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers })
  const challenge = response.headers.get("www-authenticate")
  if (challenge === null) return [response.status]
  expect(challenge).toMatch(/^Bearer /)
  const [, error = null] = /\berror="([^"]+)"/.exec(challenge) ?? []
  const [, scope = null] = /\bscope="([^"]+)"/.exec(challenge) ?? []
  return [response.status, error, scope]
}

for (const [library, file] of Object.entries({
  jose: "examples/api/server.ts",
  "express-oauth2-jwt-bearer": "examples/api/express.ts",
})) {
  test(`the sample API with ${library} accepts only an access token for it, with the scope - RFC 9068 4, RFC 6750 3.1`, async () => {
    const { url, stop } = await startExample(file, { PORT: String(await findFreePort()) })
    try {
      // The ID token has the algorithm of the access token, so that this is not what differs.
      const client = await registerClient({ scope: "openid invoices:read", idTokenSignedResponseAlg: "ES256" })
      const user = await insertUser()
      const obtain = (scope: string, resource?: string) => obtainTokens(client, user, { scope, resource })
      const { access_token, id_token } = await obtain("openid invoices:read", url)
      const forged = forgeSigned(takeApart(access_token, await serverKey()), { types: ["at+jwt"], url })
      const keys = createRemoteJWKSet(new URL("/jwks", testEnvironment().issuer))
      for (const token of forged.expired) await compactVerify(token, keys)

      expect(await callApi(url, access_token)).toEqual([200])
      expect(await callApi(url)).toEqual([401, null, null])
      const tokens = Object.entries({
        ...forged,
        "access token for another API": [
          (await obtain("openid invoices:read", "https://elsewhere.example/")).access_token,
        ],
        "access token without a resource": [(await obtain("openid invoices:read")).access_token],
        "ID token": [id_token],
      })
      for (const [name, list] of tokens) {
        for (const token of list) expect(await callApi(url, token), name).toEqual([401, "invalid_token", null])
      }
      const { access_token: tooLittle } = await obtain("openid", url)
      expect(await callApi(url, tooLittle)).toEqual([403, "insufficient_scope", "invoices:read"])
    } finally {
      await stop()
    }
  })
}
