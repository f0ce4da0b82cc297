import type { Page } from "@playwright/test"
import { findFreePort } from "@/lib/testing/free-port"
import { testEnvironment } from "../fixtures/environment"
import { type Example, runCli, startExample } from "../fixtures/example"
import { expect, test } from "../fixtures/journey"
import { allow, signIn } from "../fixtures/people"
import { insertUser } from "../fixtures/world"

// The browser client of docs/clients/oauth4webapi.md. Its pages have another origin.
let example: Example
let clientId: string

test.beforeAll(async () => {
  const PORT = String(await findFreePort())
  const client = await runCli<{ client_id: string }>(
    ...["client", "create", "--name", "My browser client", "--public", "--redirect-uri", `http://localhost:${PORT}/`],
  )
  clientId = client.client_id
  example = await startExample("serve-browser-client.ts", { PORT, CLIENT_ID: clientId })
})
test.afterAll(() => example?.stop())

/** The requests that scripts of the page sent to the server. */
function watchRequests(page: Page): string[] {
  const requests: string[] = []
  page.on("response", (response) => {
    const request = response.request()
    if (request.isNavigationRequest() || !response.url().startsWith(testEnvironment().issuer)) return
    if (request.resourceType() === "fetch") requests.push(`${request.method()} ${new URL(response.url()).pathname}`)
  })
  return requests
}

test("the browser client with oauth4webapi works, from another origin", async ({ page }) => {
  const user = await insertUser({ name: "Ada Lovelace" })
  const requests = watchRequests(page)
  await page.goto(example.url)
  const status = page.getByRole("status")
  await expect(status).toHaveText("No one is signed in.")
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.waitForURL((url) => url.pathname === "/sign-in")
  await signIn(page, user)
  await allow(page)
  await expect(status).toHaveText(`Ada Lovelace, ${user.email}, is signed in.`)
  expect(page.url()).toBe(example.url)

  await page.getByRole("button", { name: "Introspect" }).click()
  await expect(status).toHaveText("The access token is active for openid profile email offline_access.")
  await page.getByRole("button", { name: "Refresh" }).click()
  await expect(status).toHaveText("The tokens are new.")
  await page.getByRole("button", { name: "Who am I" }).click()
  await expect(status).toHaveText(`Ada Lovelace, ${user.email}, is signed in.`)
  await page.getByRole("button", { name: "Sign out" }).click()
  await expect(status).toHaveText("The tokens are revoked.")

  await page.getByRole("button", { name: "Refresh" }).click()
  await expect(status).toHaveText("That did not work: invalid_grant")
  await page.getByRole("button", { name: "Who am I" }).click()
  await expect(status).toHaveText("That did not work: invalid_token")
  for (const request of ["POST /token", "GET /userinfo", "GET /introspect", "POST /revoke", "GET /jwks"]) {
    expect(requests).toContain(request)
  }
})

test("the page's port may differ from that of the loopback redirect URI - RFC 8252 7.3", async ({ page }) => {
  const moved = await startExample("serve-browser-client.ts", {
    PORT: String(await findFreePort()),
    CLIENT_ID: clientId,
  })
  try {
    const user = await insertUser({ name: "Ada Lovelace" })
    await page.goto(moved.url)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.waitForURL((url) => url.pathname === "/sign-in")
    await signIn(page, user)
    await allow(page)
    await expect(page.getByRole("status")).toHaveText(`${user.name}, ${user.email}, is signed in.`)
  } finally {
    await moved.stop()
  }
})

test("a page of an origin that is not registered reads nothing", async ({ page }) => {
  // The same program, at a name of this machine that no client has registered.
  const stranger = new URL(example.url)
  stranger.hostname = "stranger.localhost"
  await page.goto(stranger.href)

  const read = (path: string, init: RequestInit) =>
    page.evaluate(
      ([url, options]) =>
        fetch(url as string, options as RequestInit).then(
          (response) => response.status,
          () => "unreadable",
        ),
      [new URL(path, testEnvironment().issuer).href, init] as const,
    )
  const form = { "Content-Type": "application/x-www-form-urlencoded" }
  for (const path of ["/token", "/refresh", "/revoke"]) {
    const body = `client_id=${clientId}&token=unknown&refresh_token=unknown&grant_type=refresh_token`
    expect(await read(path, { method: "POST", headers: form, body }), path).toBe("unreadable")
  }
  for (const path of ["/userinfo", "/introspect"]) {
    expect(await read(path, { headers: { Authorization: "Bearer unknown" } }), path).toBe("unreadable")
  }
  // Public documents are readable. The pages and /authorize are not.
  expect(await read("/jwks", {})).toBe(200)
  for (const path of ["/", "/sign-in", "/authorize"]) expect(await read(path, {}), path).toBe("unreadable")
})
