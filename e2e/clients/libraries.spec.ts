import { execFile, spawn } from "node:child_process"
import { promisify } from "node:util"
import type { Page } from "@playwright/test"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { type Example, runCli, startExample } from "../fixtures/example"
import { expect, test } from "../fixtures/journey"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { insertUser } from "../fixtures/world"

// Libraries at their newest version, unmodified, set up as docs/clients.md describes.

type Registered = { client_id: string; client_secret?: string }

/** Registers a client with the command of the documentation, and starts the example that uses it. */
async function startClient(file: string, path: string, ...options: string[]): Promise<Example> {
  const PORT = String(await findFreePort())
  const origin = `http://localhost:${PORT}`
  const redirectUris = [origin + path, `http://127.0.0.1:${PORT}${path}`].flatMap((uri) => ["--redirect-uri", uri])
  const uris = [...redirectUris, "--post-logout-redirect-uri", `${origin}/`]
  const client = await runCli<Registered>("client", "create", "--name", "A client", ...uris, ...options)
  const CLIENT_SECRET = remember(client.client_secret) ?? ""
  return startExample(file, { PORT, CLIENT_ID: client.client_id, CLIENT_SECRET })
}

async function signInAt(page: Page, email: string, password: string): Promise<void> {
  await signIn(page, { email, password })
  await allow(page)
  await expect(page.getByText(`${email} is signed in.`)).toBeVisible()
}

test("simple-oauth2 signs a user in, calls userinfo, refreshes and signs out", async ({ page }) => {
  const example = await startClient("simple-oauth2.ts", "/callback")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    await page.getByRole("link", { name: "Sign in" }).click()
    await signInAt(page, user.email, user.password)
    await page.getByRole("button", { name: "Refresh" }).click()
    await expect(page.getByText(`${user.email} is signed in.`)).toBeVisible()
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(page.getByText("No one is signed in.")).toBeVisible()
  } finally {
    await example.stop()
  }
})

test("passport-oauth2 signs a user in and out, with PKCE and state", async ({ page }) => {
  const example = await startClient("passport.ts", "/callback")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    await page.getByRole("link", { name: "Sign in" }).click()
    await signInAt(page, user.email, user.password)
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(page.getByText("No one is signed in.")).toBeVisible()
    await page.getByRole("link", { name: "Sign in" }).click()
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  } finally {
    await example.stop()
  }
})

test("Auth.js signs a user in, refreshes in the form, and signs out", async ({ page }) => {
  const example = await startClient("auth-js.ts", "/auth/callback/oauth-flow")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    await page.getByRole("link", { name: "Sign in" }).click()
    await page.getByRole("button", { name: "Sign in with OAuth Flow" }).click()
    await signInAt(page, user.email, user.password)
    await expect(async () => {
      await page.reload()
      await expect(page.getByText("Refreshed 1 times")).toBeVisible({ timeout: 500 })
    }).toPass()
    await page.getByRole("link", { name: "Sign out" }).click()
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(page.getByText("No one is signed in.")).toBeVisible()
  } finally {
    await example.stop()
  }
})

test("oidc-client-ts signs a user in, refreshes and signs out, in a browser", async ({ page }) => {
  const example = await startClient("oidc-client-ts.ts", "/", "--public")
  try {
    const user = await insertUser()
    await page.goto(example.url)
    const status = page.getByRole("status")
    await expect(status).toHaveText("No one is signed in.")
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
    await signInAt(page, user.email, user.password)
    await page.getByRole("button", { name: "Refresh" }).click()
    await expect(status).toHaveText(`${user.email} has new tokens.`)
    await page.getByRole("button", { name: "Sign out" }).click()
    await expect(status).toHaveText("No one is signed in.")
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

test("a device signs its user in with a code", async ({ context, page }) => {
  const grant = ["--public", "--grant-type", "device_code"]
  const { client_id } = await runCli<Registered>("client", "create", "--name", "Television", ...grant)
  const user = await insertUser()
  const child = spawn(process.execPath, ["--import", "tsx", "e2e/clients/examples/device.ts"], {
    cwd: root,
    env: { ...process.env, ISSUER: testEnvironment().issuer, CLIENT_ID: client_id },
  })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text
  })
  try {
    await expect.poll(() => output).toMatch(/enter [A-Z]{4}-[A-Z]{4}\./)
    await addBrowserSession(context, user)
    await page.goto(`${testEnvironment().issuer}/device`)
    await page.getByLabel("Code").fill(/enter (\S+)\./.exec(output)?.[1] ?? "")
    await page.getByRole("button", { name: "Continue" }).click()
    await allow(page)
    await expect(page.getByRole("heading", { name: "Device connected" })).toBeVisible()
    await expect.poll(() => output, { timeout: 15_000 }).toContain(`${user.email} is signed in.`)
  } finally {
    child.kill("SIGKILL")
  }
})

test("a machine calls the sample API with a token of its own", async () => {
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
    expect((await fetch(api.url)).status).toBe(401)
    expect((await fetch(api.url, { headers: { Authorization: "Bearer x.y.z" } })).status).toBe(401)
  } finally {
    await api.stop()
  }
})
