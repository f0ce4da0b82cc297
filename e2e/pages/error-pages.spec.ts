import { execFile } from "node:child_process"
import { promisify } from "node:util"
import type { Page } from "@playwright/test"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { authorizationParameters, makePkce, registerClient } from "../fixtures/world"

const badRequest = () => `${testEnvironment().issuer}/authorize?client_id=unknown`

/** What makes the look of a page with a card: sizes, colours and type. */
function measureLook(page: Page) {
  return page.evaluate(() => {
    const pick = (element: Element | null | undefined, ...names: string[]) => {
      if (!element) throw new Error("the page has no such element")
      const style = getComputedStyle(element)
      return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]))
    }
    const heading = document.querySelector("h1")
    const card = heading?.parentElement
    const mark = document.querySelector("svg")
    const left = (element?: Element | null) => element?.getBoundingClientRect().left
    return {
      body: pick(document.body, "color", "font-family", "font-size", "line-height"),
      ground: document
        .elementsFromPoint(2, 2)
        .map((element) => getComputedStyle(element).backgroundColor)
        .find((color) => color !== "rgba(0, 0, 0, 0)"),
      card: pick(card, "background-color", "border", "border-radius", "padding", "width"),
      heading: pick(heading, "color", "font-size", "font-weight", "letter-spacing", "line-height"),
      mark: pick(mark, "width", "height"),
      markFill: pick(mark?.querySelector("rect"), "fill"),
      brand: pick(mark?.nextElementSibling, "font-size", "font-weight", "letter-spacing"),
      button: pick(
        document.querySelector(".button-primary, .action"),
        "background-color",
        "color",
        "border-radius",
        "font-weight",
        "height",
        "width",
      ),
      left: [left(card), left(mark), left(heading)],
    }
  })
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [390, 1280]) {
    test(`an error page looks like the other pages, ${colorScheme}, ${width} px wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      await page.goto(`${testEnvironment().issuer}/sign-in`)
      const expected = await measureLook(page)
      await page.goto(badRequest())
      expect(await measureLook(page)).toEqual(expected)
    })
  }
}

test("the Copy button copies the reference, which is the flow ID", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"])
  const response = await page.goto(badRequest())
  const flowId = response?.headers()["x-flow-id"] ?? ""
  await expect(page.getByText(`Reference: ${flowId}`)).toBeVisible()
  await page.getByRole("button", { name: "Copy" }).click()
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(flowId)
})

test("without JavaScript the reference is plain text, and there is no Copy button", async ({ openContext }) => {
  const page = await (await openContext({ javaScriptEnabled: false })).newPage()
  const response = await page.goto(badRequest())
  await expect(page.getByText(`Reference: ${response?.headers()["x-flow-id"]}`)).toBeVisible()
  await expect(page.getByRole("button")).toHaveCount(0)
})

test("a page that is opened by another method than GET has no reference, because nothing is logged", async ({
  page,
}) => {
  const response = await page.request.post(`${testEnvironment().issuer}/sign-in`)
  expect(response.status()).toBe(405)
  const html = await response.text()
  expect(html).toContain("This page can&#39;t be opened this way")
  expect(html).not.toContain("Reference:")
})

test("in the demo, the page about an unregistered URI has the command that registers it", async ({ page }) => {
  const { databaseUrl, secret } = testEnvironment()
  const server = await startOwnServer({ DEMO: "on" })
  const below = (heading: string) => page.locator(`h2:text-is("${heading}") + pre`)
  try {
    const client = await registerClient({
      redirectUris: ["https://client.example/callback"],
      postLogoutRedirectUris: ["https://client.example/out"],
    })
    const request = authorizationParameters(client, makePkce().codeChallenge, {
      redirect_uri: "https://client.example/Callback",
    })
    const signOut = { client_id: client.clientId, post_logout_redirect_uri: "https://client.example/Out" }
    for (const [url, name, difference, registered] of [
      [`/authorize?${request}`, "redirect_uri", "Callback", "https://client.example/callback"],
      [`/end-session?${new URLSearchParams(signOut)}`, "post_logout_redirect_uri", "Out", "https://client.example/out"],
    ] as const) {
      await page.goto(server.issuer + url)
      await expect(below(`Sent ${name}`)).toHaveText(`https://client.example/${difference}`)
      await expect(below(`Sent ${name}`).locator("mark")).toHaveText(difference)
      await expect(below("Registered")).toHaveText(registered)
      const command = (await below("How to fix it").textContent()) ?? ""
      const env = { ...process.env, DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: server.issuer }
      await promisify(execFile)("sh", ["-c", command], { cwd: root, env })
      // To the sign-in page, or to the client.
      expect((await page.request.get(server.issuer + url, { maxRedirects: 0 })).status()).toBe(303)
    }
  } finally {
    await server.stop()
  }
})
