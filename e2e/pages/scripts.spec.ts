import type { Page } from "@playwright/test"
import { testEnvironment } from "../fixtures/environment"
import { beginAtClient, expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { addBrowserSession, signIn } from "../fixtures/people"
import { insertUser, registerClient } from "../fixtures/world"

/** The scripts that the page requests from now on. */
function watchScripts(page: Page): string[] {
  const scripts: string[] = []
  page.on("request", (request) => {
    if (request.resourceType() === "script") scripts.push(new URL(request.url()).pathname)
  })
  return scripts
}

test("the pages of the flow have small scripts and no framework", async ({ page, site }) => {
  const scripts = watchScripts(page)
  const { issuer } = testEnvironment()
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await beginAtClient(page, client)
  for (const path of ["/sign-up", "/sign-in", "/"]) {
    await page.goto(`${issuer}${path}`)
    expect(await page.locator("script").count(), path).toBe(path === "/sign-in" ? 2 : 1)
  }
  await addBrowserSession(page.context(), await insertUser())
  await beginAtClient(page, client)
  await expect(page.getByRole("button", { name: "Allow" })).toBeVisible()
  expect(new Set(scripts)).toEqual(new Set(["/form.js", "/passkeys.js"]))
  expect(await page.locator("script").count()).toBe(1)
})

test("the sign-in page is at most 30 KB over the wire, in four requests", async ({ browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send("Network.enable")
  const received = new Map<string, number>()
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    received.set(requestId, encodedDataLength)
  })
  await page.goto(`${testEnvironment().issuer}/sign-in`, { waitUntil: "networkidle" })
  expect(received.size).toBe(4)
  expect([...received.values()].reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(30_000)
  await context.close()
})

test("the sign-up page is not found when sign-up is off", async ({ openContext }) => {
  const server = await startOwnServer({ SIGN_UP: "off" })
  const page = await (await openContext()).newPage()
  const response = await page.goto(`${server.issuer}/sign-up`)
  expect(response?.status()).toBe(404)
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible()
  await server.stop()
})

test("a form that is submitted twice is sent once, and can be sent again after Back", async ({ page }) => {
  await page.goto(`${testEnvironment().issuer}/sign-in`)
  const form = page.locator("form")
  /** Submits twice in a row. @returns whether each is sent */
  const submitTwice = () =>
    form.evaluate((element: HTMLFormElement) => {
      const submit = () => element.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }))
      return [submit(), submit()]
    })
  expect(await submitTwice()).toEqual([true, false])
  await expect(form.getByRole("button", { name: "Sign in" }).locator(".spinner")).toBeVisible()
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })))
  await expect(form.locator(".spinner")).toBeHidden()
  await signIn(page, await insertUser())
  await page.waitForURL((url) => url.pathname === "/")
})
