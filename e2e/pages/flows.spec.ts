import type { Page } from "@playwright/test"
import { recordFlows } from "@/lib/data/flows"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { enterInspector } from "../fixtures/operator"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { eventAt, flowAt } from "../fixtures/recorded-flows"
import { remember } from "../fixtures/secrets"
import {
  flowIdOf,
  insertUser,
  makePkce,
  obtainCode,
  postForm,
  readTokens,
  redeem,
  registerClient,
} from "../fixtures/world"

const issuer = () => testEnvironment().issuer

const stepNamed = (page: Page, name: RegExp) => page.getByRole("button", { name })
const openedStep = (page: Page) => page.getByRole("complementary", { name: "Selected step" })
const live = (page: Page) => page.getByText("Live", { exact: true })

/** Opens the flow of a client whose first token request had a wrong code verifier. */
async function openFailedFlow(page: Page, clientName = "Holiday planner"): Promise<void> {
  const client = await registerClient({ clientName })
  const code = await obtainCode(client, await insertUser())
  const flowId = flowIdOf(await redeem(client, { code: code.code, ...makePkce() }))
  const tokens = await readTokens(await redeem(client, code))
  const { refresh_token } = await readTokens(
    await postForm("/refresh", client, { refresh_token: tokens.refresh_token }),
  )
  await readTokens(await postForm("/refresh", client, { refresh_token }))
  await postForm("/refresh", client, { refresh_token: tokens.refresh_token })
  await enterInspector(page)
  await page.goto(`${issuer()}/flows/${flowId}`)
  await expect(live(page)).toBeVisible()
  await expect(stepNamed(page, /Failed: Refresh token used twice/)).toBeVisible()
}

test("a flow is found in the list, and its diagram shows where it failed and how to fix it", async ({ page }) => {
  const problems = watchProblems(page)
  const client = await registerClient({ clientName: "Holiday planner" })
  const user = await insertUser()
  await redeem(client, { code: (await obtainCode(client, user)).code, ...makePkce() })
  await enterInspector(page)
  await page.goto(`${issuer()}/flows?q=${client.clientId}&outcome=refused`)
  const row = page.getByRole("link", { name: /Holiday planner/ })
  await expect(row).toContainText(user.email)
  await expect(row).toContainText("In progress")
  await expect(row).toContainText("1 refused request: Code verifier does not match")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)

  await row.click()
  await expect(page.getByRole("heading", { level: 1, name: "Holiday planner" })).toBeVisible()
  await expect(page).toHaveTitle(/^Holiday planner, flow \S{12}/)
  await page.setViewportSize({ width: 1280, height: 800 })
  const opened = openedStep(page)
  await expect(opened.getByRole("heading", { name: "Verifies code verifier with code challenge" })).toBeVisible()
  await expect(opened).toContainText("invalid_grant")
  await expect(opened).toContainText("is not equal to")
  await stepNamed(page, /Client to Token Issue Service: Provides auth code/).click()
  await expect(opened.getByRole("heading", { name: "Provides auth code and code verifier" })).toBeVisible()
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  await expect(opened.getByRole("heading", { name: "Retrieves auth code and code challenge" })).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("a client that registered itself is found by its ID, and the diagrams show what it did", async ({ page }) => {
  const problems = watchProblems(page)
  const client_name = `Self-made ${generateTimeOrderedId(new Date())}`
  const metadata = { client_name, redirect_uris: ["https://client.example/callback"] }
  const send = (url: string, method: string, body: object, token?: string) => {
    const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) }
    return fetch(url, { method, headers, body: JSON.stringify(body) })
  }
  const registered = await send(`${issuer()}/register`, "POST", metadata)
  const { client_id = "", client_secret, ...access } = (await registered.json()) as Record<string, string>
  const { registration_access_token: token = "", registration_client_uri = "" } = access
  for (const secret of [client_secret, token]) remember(secret)
  await send(registration_client_uri, "PUT", { ...metadata, client_id, redirect_uris: [] }, token)
  await enterInspector(page)
  await page.goto(`${issuer()}/flows?q=${client_id}`)
  const row = (text: RegExp) => page.getByRole("link", { name: client_name }).filter({ hasText: text })
  await expect(row(/Client configuration/)).toContainText("Failed")
  await expect(row(/Registration/)).toContainText("Succeeded")
  await row(/Registration/).click()
  await expect(page).toHaveURL(`${issuer()}/flows/${flowIdOf(registered)}`)
  await expect(stepNamed(page, /^4\. Authorization Service to Client: Returns client ID to client/)).toBeVisible()
  await page.goBack()
  await row(/Client configuration/).click()
  await expect(stepNamed(page, /^Authorization Service: Validates new metadata.* Failed: Invalid/)).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("the search finds flows by client, email, reason and flow ID, in a time range", async ({ page }) => {
  const problems = watchProblems(page)
  const name = `Search ${generateTimeOrderedId(new Date())}`
  const [client, user] = [await registerClient({ clientName: name }), await insertUser()]
  const facts = { clientId: client.clientId, userId: user.id }
  const now = Date.now()
  const [recent, older] = [
    { ...flowAt(now - 5 * 60_000), ...facts },
    // Its last request is recent: the server's sweep, every minute, deletes flows that ended long ago.
    {
      ...flowAt(Date.UTC(2026, 0, 2, 12, 30)),
      ...facts,
      lastAt: new Date(now),
      refused: 1,
      reason: "code_of_another_client",
    },
  ]
  await recordFlows([eventAt(recent, now)], [recent, older])
  await enterInspector(page)
  const rows = page.getByRole("main").getByRole("listitem")
  const search = async (text: string) => {
    await page.getByRole("combobox", { name: "Search" }).fill(text)
    await page.keyboard.press("Enter")
    await expect(page).toHaveURL((url) => url.searchParams.get("q") === text)
  }
  for (const text of [name.toUpperCase(), client.clientId, user.email.slice(0, -3)]) {
    await search(text)
    await expect(rows, text).toHaveCount(2)
  }
  await page.getByLabel("Started").selectOption("Last hour")
  await expect(rows).toHaveCount(1)
  await page.getByLabel("Started").selectOption("Custom range")
  await page.getByLabel("From (UTC)").fill("2026-01-02T12:30")
  await page.getByLabel("To (UTC)").fill("2026-01-02T12:30")
  await page.getByRole("button", { name: "Search" }).click()
  await expect(rows).toHaveCount(1)
  await expect(rows).toContainText("Code belongs to another client")
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)

  await search("Code belongs to another client")
  await expect(rows).toContainText(name)
  await page.getByLabel("To (UTC)").fill("2026-01-02T12:29")
  await page.getByRole("button", { name: "Search" }).click()
  await expect(page.getByRole("heading", { name: "No matching flows" })).toBeVisible()
  await expectAccessible(page)

  await page.getByRole("link", { name: "Clear" }).click()
  await search(recent.id.slice(0, -1))
  await expect(rows).toHaveCount(1)
  await page.getByRole("combobox", { name: "Search" }).fill(recent.id)
  await page.keyboard.press("Enter")
  await expect(page).toHaveURL(`${issuer()}/flows/${recent.id}`)
  expect(problems).toEqual([])
})

test("the legend follows a secret through the diagram, by pointer and keyboard, also in forced colors", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFailedFlow(page)
  const legend = page.getByRole("region", { name: "Values" })
  const challenge = legend.getByRole("button", { name: /^code_challenge #\S{8} \(in 5 steps\)$/ })
  const highlighted = page.locator("[data-step][data-lit]")
  await expect(highlighted).toHaveCount(0)
  await challenge.hover()
  await expect(highlighted).toHaveCount(5)
  await page.mouse.move(0, 0)
  await expect(highlighted).toHaveCount(0)
  await challenge.focus()
  await expect(highlighted).toHaveCount(5)
  await page.keyboard.press("Enter")
  await challenge.blur()
  await expect(challenge).toHaveAttribute("aria-pressed", "true")
  await expect(highlighted).toHaveCount(5)

  await page.emulateMedia({ forcedColors: "active" })
  const letters = await highlighted
    .first()
    .locator(".print-dot[data-lit]")
    .evaluateAll((dots) => dots.map((dot) => getComputedStyle(dot, "::before").content))
  expect(letters).toEqual(['"A"'])
  expect(await challenge.locator(".print-dot").evaluate((dot) => getComputedStyle(dot, "::before").content)).toBe('"A"')
  expect(await highlighted.first().evaluate((row) => getComputedStyle(row).outlineStyle)).toBe("dashed")
})

test("every kind of detail is accessible, and long ones scroll with the keyboard", async ({ page }) => {
  test.slow()
  const problems = watchProblems(page)
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFailedFlow(page)
  const details = [
    /Calls the authorization endpoint/,
    /^13\. Token Issue Service: .* Failed/,
    /^16\. Token Issue Service to Client/,
    /Refresh Service: Validates token.* Failed/,
  ]
  for (const name of details) {
    await page.setViewportSize({ width: 1280, height: 800 })
    await stepNamed(page, name).click()
    await expectAccessible(page)
  }
  await page.setViewportSize({ width: 1280, height: 500 })
  await stepNamed(page, /^16\. Token Issue Service to Client/).click()
  await openedStep(page).focus()
  await page.keyboard.press("End")
  await expect.poll(() => openedStep(page).evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0)
  await expectNoSidewaysScroll(page)
  expect(problems).toEqual([])
})

test("a long JSON value is a named region that scrolls with the keyboard", async ({ page }) => {
  const flow = flowAt(Date.now())
  const event = eventAt(flow, Date.now())
  const request = JSON.parse(event.data)
  request.steps[0].facts = { details: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`name_${i}`, i])) }
  await recordFlows([{ ...event, data: JSON.stringify(request) }], [flow])
  await enterInspector(page)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto(`${issuer()}/flows/${flow.id}`)
  const value = openedStep(page).getByRole("region", { name: "JSON value" })
  await value.focus()
  await page.keyboard.press("End")
  await expect.poll(() => value.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0)
  await expectAccessible(page)
})

test("a print-out contains the opened step", async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 1100 })
  await openFailedFlow(page)
  await expect(openedStep(page)).toBeHidden()
  await page.emulateMedia({ media: "print" })
  await expect(openedStep(page)).toBeVisible()
  await expect(openedStep(page)).toContainText("How to fix it")
  expect(await openedStep(page).evaluate((box) => box.scrollHeight - box.clientHeight)).toBe(0)
  await expect(page.getByRole("region", { name: "Values" })).toBeHidden()
})

test("a flow and the list grow while their pages are open", async ({ page, context }) => {
  const problems = watchProblems(page)
  await enterInspector(page)
  const client = await registerClient({ clientName: "Watched" })
  await page.goto(`${issuer()}/flows?q=${client.clientId}`)
  await expect(page.getByRole("heading", { name: "No matching flows" })).toBeVisible()
  await expect(live(page)).toBeVisible()
  const code = await obtainCode(client, await insertUser())
  await page.getByRole("link", { name: /Watched/ }).click()

  const list = await context.newPage()
  await list.goto(`${issuer()}/flows?q=${client.clientId}`)
  await expect(stepNamed(page, /Returns auth code to client/)).toBeVisible()
  await expect(live(page)).toBeVisible()
  const tokens = await readTokens(await redeem(client, code))
  await expect(stepNamed(page, /^16\. Token Issue Service to Client/)).toBeVisible()
  await postForm("/revoke", client, { token: tokens.refresh_token })
  await expect(stepNamed(page, /Revocation Service to Client/)).toBeVisible()
  await expect(list.getByRole("link", { name: /Watched/ })).toContainText("Revoked")
  expect(problems).toEqual([])
})

test("a browser without access gets one page that says how to get access, whether or not a flow exists", async ({
  page,
}) => {
  const flow = flowAt(Date.now())
  await recordFlows([eventAt(flow, Date.now())], [flow])
  const bodies = new Set<string>()
  for (const path of ["/flows", "/flows?q=x", `/flows/${flow.id}`, `/flows/${generateTimeOrderedId(new Date())}`]) {
    const response = await page.goto(`${issuer()}${path}`)
    expect(response?.status(), path).toBe(403)
    await expect(page.getByText("npm run -s cli -- flows link")).toBeVisible()
    await expect(page).toHaveTitle("Get access to the flow inspector · OAuth Flow")
    bodies.add((await response?.text()) ?? "")
  }
  expect(bodies.size).toBe(1)
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)

  await enterInspector(page)
  expect((await page.goto(`${issuer()}/flows/no-such-flow`))?.status()).toBe(404)
  await expect(page.getByRole("heading", { level: 1, name: "Flow not found" })).toBeVisible()
  await expect(page).toHaveTitle("Flow not found · OAuth Flow")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})
