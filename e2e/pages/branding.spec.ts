import { mkdtempSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { type DocumentSite, openDocumentSite } from "../fixtures/document-site"
import { beginAtClient, expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { expectAccessible, watchProblems } from "../fixtures/page-checks"
import { addBrowserSession } from "../fixtures/people"
import type { TestServer } from "../fixtures/server"
import { insertUser, registerClient } from "../fixtures/world"

/** One transparent pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
)

let site: DocumentSite
let server: TestServer
test.beforeAll(async () => {
  site = await openDocumentSite()
  const logo = path.join(mkdtempSync(path.join(os.tmpdir(), "oauth-flow-brand-")), "logo.svg")
  writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>')
  server = await startOwnServer({
    BRAND_NAME: "Acme <b>",
    BRAND_LOGO: logo,
    BRAND_COLOR: "#8a1c7c",
    TERMS_URL: "https://acme.example/terms",
    PRIVACY_URL: "https://acme.example/privacy",
    SUPPORT_URL: "mailto:help@acme.example",
    CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128",
    NODE_EXTRA_CA_CERTS: site.certificateFile,
  })
})
test.afterAll(async () => {
  await server?.stop()
  await site?.close()
})

test("the pages have the operator's name, logo, colour and links", async ({ page }) => {
  const problems = watchProblems(page)
  for (const path of ["/sign-in", "/authorize?client_id=unknown"]) {
    await page.goto(`${server.issuer}${path}`)
    await expect(page).toHaveTitle(/ · Acme <b>$/)
    await expect(page.getByText("Acme <b>")).toBeVisible()
    const logo = page.locator("img").first()
    expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    const button = page.locator(path === "/sign-in" ? ".button-primary" : ".action").first()
    await page.emulateMedia({ colorScheme: "light" })
    expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe("rgb(138, 28, 124)")
  }
  await page.goto(`${server.issuer}/sign-in`)
  for (const [name, href] of [
    ["Terms of service", "https://acme.example/terms"],
    ["Privacy policy", "https://acme.example/privacy"],
    ["Help", "mailto:help@acme.example"],
  ] as const) {
    await expect(page.getByRole("link", { name })).toHaveAttribute("href", href)
  }
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("the consent page has the client's links, and its logo from this server", async ({ page, site: client }) => {
  const logoUri = site.publish(() => ({ headers: { "Content-Type": "image/png" }, body: png as unknown as string }))
  const metadata = {
    redirectUris: [client.redirectUri],
    firstParty: false,
    logoUri,
    clientUri: "https://shop.example/",
    policyUri: "https://shop.example/privacy",
    tosUri: "https://shop.example/terms",
  }
  await addBrowserSession(page.context(), await insertUser(), server.issuer)
  const problems = watchProblems(page)
  await beginAtClient(page, await registerClient(metadata), {}, server.issuer)
  await expect(page.getByRole("link", { name: "Website" })).toHaveAttribute("href", "https://shop.example/")
  await expect(page.locator("main").getByRole("link", { name: "Privacy policy" })).toHaveAttribute("rel", /noopener/)
  const logo = page.locator("main .card img")
  expect(await logo.getAttribute("src")).toMatch(/^\/client-logo\?client_id=/)
  expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
  await page.reload()
  expect(site.requests.filter((requested) => logoUri.endsWith(requested))).toHaveLength(1)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("a logo is an image of another server, at most 50 KB, and no page is a logo", async () => {
  const logos = {
    html: site.publish(() => ({ headers: { "Content-Type": "text/html" }, body: "<script>alert(1)</script>" })),
    svg: site.publish(() => ({ headers: { "Content-Type": "image/svg+xml" }, body: "<svg/>" })),
    large: site.publish(() => ({ headers: { "Content-Type": "image/png" }, body: "x".repeat(51 * 1024) })),
    redirect: site.publish(() => ({ status: 302, headers: { Location: `${site.origin}/clients/0.json` } })),
    missing: `${site.origin}/missing.png`,
  }
  for (const [name, logoUri] of Object.entries(logos)) {
    const { clientId } = await registerClient({ logoUri })
    const response = await fetch(`${server.issuer}/client-logo?client_id=${clientId}`)
    expect(response.status, name).toBe(404)
  }
  for (const query of ["", "?client_id=unknown", `?client_id=${(await registerClient()).clientId}`]) {
    expect((await fetch(`${server.issuer}/client-logo${query}`)).status, query).toBe(404)
  }
})
