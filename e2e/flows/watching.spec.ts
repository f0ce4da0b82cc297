import type { Page, Request } from "@playwright/test"
import { createOperatorLink } from "@/lib/authentication/operators"
import { recordFlows } from "@/lib/data/flows"
import { maxRequests } from "@/lib/flows/recorded-flow"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { eventAt, flowAt } from "../fixtures/recorded-flows"
import { remember } from "../fixtures/secrets"

// The pages of the flow inspector in a hidden tab, after a refusal, and with too many requests.

async function enterInspector(page: Page): Promise<void> {
  const { url } = await createOperatorLink()
  remember(new URL(url).searchParams.get("ticket"))
  await page.goto(url)
  await page.getByRole("button", { name: "Open the flow inspector" }).click()
  // Waits for this page's stream, so that a test does not count it as a stream of the next page.
  await expect(live(page)).toBeVisible()
}

/** Simulates a switch to another tab or back: a headless browser never hides a page. */
function setVisibility(page: Page, visibility: "hidden" | "visible"): Promise<void> {
  return page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true })
    document.dispatchEvent(new Event("visibilitychange"))
  }, visibility)
}

/** Collects the streams that a page opens: their addresses, and the ones that are still open. */
function watchStreams(page: Page): { addresses: URL[]; open: Set<Request> } {
  const addresses: URL[] = []
  const open = new Set<Request>()
  page.on("request", (request) => {
    const address = new URL(request.url())
    if (!address.pathname.endsWith("/stream")) return
    addresses.push(address)
    open.add(request)
  })
  page.on("requestfinished", (request) => open.delete(request))
  page.on("requestfailed", (request) => open.delete(request))
  return { addresses, open }
}

const live = (page: Page) => page.getByText("Live", { exact: true })
const issuer = () => testEnvironment().issuer

test("a hidden tab has no stream, and shows what it missed when it is visible again", async ({ page, context }) => {
  await enterInspector(page)
  const client = `client-${Date.now()}`
  // Too old for the list's stream to send it again.
  const at = Date.now() - 10_000
  const flow = { ...flowAt(at), clientId: client }
  const first = eventAt(flow, at)
  await recordFlows([first], [flow])
  const list = await context.newPage()
  const [ofFlow, ofList] = [watchStreams(page), watchStreams(list)]
  await page.goto(`${issuer()}/flows/${flow.id}`)
  await list.goto(`${issuer()}/flows?q=${client}`)
  for (const tab of [page, list]) {
    await expect(live(tab)).toBeVisible()
    await setVisibility(tab, "hidden")
    await expect(live(tab)).toBeHidden()
  }
  await expect.poll(() => [ofFlow.open.size, ofList.open.size]).toEqual([0, 0])

  const second = { ...flowAt(Date.now()), clientId: client }
  await recordFlows([eventAt(flow, Date.now())], [second])
  for (const tab of [page, list]) await setVisibility(tab, "visible")
  await expect(page.locator("[data-step]")).toHaveCount(2)
  await expect(list.getByRole("listitem")).toHaveCount(2)
  for (const tab of [page, list]) await expect(live(tab)).toBeVisible()
  expect(ofFlow.addresses.map(({ search }) => search)).toEqual([`?after=${first.seq}`, `?after=${first.seq}`])
  // The stream sent no flow of this client, so it continues from the time when the page was loaded.
  const [before, again] = ofList.addresses.map(({ search }) => search)
  expect(before).toMatch(`?q=${client}&after=`)
  expect(again).toBe(before)
})

test("a page whose stream was refused connects again, and shows when its access has expired", async ({ page }) => {
  await enterInspector(page)
  const answers = [503, 404]
  await page.route("**/flows/stream*", (route) => {
    // The page sends HEAD to learn the status of the refusal.
    const status = answers[0]
    if (status === undefined || (status === 503 && route.request().method() === "HEAD")) return route.continue()
    if (status === 503 || route.request().method() === "HEAD") answers.shift()
    return route.fulfill({ status, headers: { "Retry-After": "3" } })
  })
  await page.goto(`${issuer()}/flows`)
  await expect(page.getByText("Your access has expired")).toBeVisible()
  expect(answers).toEqual([])
  await page.reload()
  await expect(live(page)).toBeVisible()
})

test("a flow that is too long for its page shows that earlier steps are missing", async ({ page }) => {
  await enterInspector(page)
  const at = Date.now() - 60_000
  const [short, long] = [flowAt(at), flowAt(at)]
  const events = Array.from({ length: maxRequests + 1 }, (_, i) => eventAt(long, at + i))
  await recordFlows([eventAt(short, at), ...events], [short, { ...long, lastAt: new Date(at + maxRequests) }])
  const note = page.getByText("Earlier steps aren't shown")
  await page.goto(`${issuer()}/flows/${short.id}`)
  await expect(live(page)).toBeVisible()
  await expect(note).toBeHidden()
  await page.goto(`${issuer()}/flows/${long.id}`)
  await expect(note).toBeVisible()
})
