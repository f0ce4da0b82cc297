import type { Page } from "@playwright/test"
import { disableUser } from "@/lib/accounts/users"
import { testEnvironment } from "../fixtures/environment"
import { expectFormAgain, postPage } from "../fixtures/forms"
import { beginAtClient, expect, test } from "../fixtures/journey"
import { watchProblems } from "../fixtures/page-checks"
import { signIn } from "../fixtures/people"
import { insertUser, registerClient, TestBrowser } from "../fixtures/world"

const password = (page: Page) => page.getByLabel("Password", { exact: true })
const wrong = "The email or password is incorrect."

test.beforeEach(async ({ page }) => {
  await page.goto(`${testEnvironment().issuer}/sign-in`)
})

test("password managers recognize the fields", async ({ page }) => {
  await expect(page.getByLabel("Email")).toHaveAttribute("autocomplete", "username webauthn")
  await expect(page.getByLabel("Email")).toHaveAttribute("type", "email")
  await expect(password(page)).toHaveAttribute("autocomplete", "current-password")
  await expect(password(page)).toHaveAttribute("type", "password")
  await page.getByRole("link", { name: "Create an account" }).click()
  await expect(page.getByLabel("Email")).toHaveAttribute("autocomplete", "username")
  await expect(page.getByLabel("Name")).toHaveAttribute("autocomplete", "name")
  await expect(password(page)).toHaveAttribute("autocomplete", "new-password")
})

test("a password can be pasted and shown, and is hidden again when the form is sent", async ({ page }) => {
  const problems = watchProblems(page)
  await page.getByLabel("Email").fill("from-the-clipboard")
  await page.getByLabel("Email").press("ControlOrMeta+a")
  await page.getByLabel("Email").press("ControlOrMeta+c")
  await password(page).press("ControlOrMeta+v")
  await expect(password(page)).toHaveValue("from-the-clipboard")

  const show = page.getByRole("button", { name: "Show password" })
  await expect(show).toHaveAttribute("aria-pressed", "false")
  await show.click()
  await expect(password(page)).toHaveAttribute("type", "text")
  await expect(show).toHaveAttribute("aria-pressed", "true")
  await expect(password(page)).toHaveValue("from-the-clipboard")
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(password(page)).toHaveAttribute("type", "password")
  expect(problems).toEqual([])
})

test("an empty form shows an error at each field and focuses the first", async ({ page }) => {
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByLabel("Email")).toBeFocused()
  await expect(page.getByLabel("Email")).toHaveAccessibleDescription("Enter your email address.")
  await expect(password(page)).toHaveAccessibleDescription("Enter your password.")
  await page.getByLabel("Email").fill("ada@example.com")
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(password(page)).toBeFocused()
  await expect(page.getByLabel("Email")).not.toHaveAttribute("aria-invalid")
  await expect(page.getByLabel("Email")).toHaveValue("ada@example.com")
})

test("focus starts at the email address, or at the password when the client sent a login_hint", async ({
  page,
  site,
}) => {
  await expect(page.getByLabel("Email")).toBeFocused()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, { login_hint: "ada@example.com" })
  await expect(page.getByLabel("Email")).toHaveValue("ada@example.com")
  await expect(password(page)).toBeFocused()
  // On the sign-up page the name comes first: it is still empty.
  await page.getByRole("link", { name: "Create an account" }).click()
  await expect(page.getByLabel("Name")).toBeFocused()
})

test("while Caps Lock is on, the focused password field shows a hint", async ({ page }) => {
  /** Chromium's test input has no Caps Lock, so this sends what a keyboard would. */
  const press = (modifierCapsLock: boolean) =>
    password(page).evaluate((field, isOn) => {
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "A", bubbles: true, modifierCapsLock: isOn }))
    }, modifierCapsLock)
  const hint = page.locator("[aria-live=polite]").getByText("Caps Lock is on.")
  for (const path of ["/sign-in", "/sign-up"]) {
    await page.goto(`${testEnvironment().issuer}${path}`)
    await password(page).focus()
    await expect(hint).toBeHidden()
    await press(true)
    await expect(hint).toBeVisible()
    await press(false)
    await expect(hint).toBeHidden()
    await press(true)
    await page.getByLabel("Email").focus()
    await expect(hint).toBeHidden()
  }
})

test("a refused sign-in is announced, keeps the email address and focuses the password", async ({ page }) => {
  const { email } = await insertUser()
  await signIn(page, { email, password: "not the password" })
  await expect(page.locator("form [aria-live=assertive]")).toHaveText(wrong)
  await expect(page.getByLabel("Email")).toHaveValue(email)
  await expect(password(page)).toBeFocused()
  await expect(password(page)).toHaveAttribute("aria-invalid", "true")
  await expect(password(page)).toHaveAccessibleDescription(wrong)
  await expect(password(page)).toHaveValue("")
})

test("without JavaScript, a refused sign-in keeps the email address and focuses the password too", async ({
  openContext,
  site,
}) => {
  const page = await (await openContext({ javaScriptEnabled: false })).newPage()
  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  const user = await insertUser()
  await beginAtClient(page, client)
  await expect(page.getByRole("button", { name: "Show password" })).toHaveCount(0)
  await signIn(page, { ...user, password: "not the password" })
  await expect(page.getByText(wrong)).toBeVisible()
  await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
  await expect(page.getByLabel("Email")).toHaveValue(user.email)
  await expect(password(page)).toBeFocused()
  // The second attempt continues the same authorization.
  await password(page).fill(user.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.waitForURL((url) => url.origin === site.origin)
})

/** Each page has a new challenge for passkeys. */
const withoutChallenges = (html: string) =>
  html.replace(/data-options="[^"]*"/, "").replace(/(name="challenge" value=)"[^"]*"/, "$1")

test("a wrong password, an unknown user and a disabled one look the same", async () => {
  const [known, disabled] = [await insertUser(), await insertUser()]
  await disableUser(disabled.id)
  const look = async (email: string, password: string) => {
    const browser = new TestBrowser()
    const response = await postPage(browser, "/sign-in", { email, password })
    const html = await expectFormAgain(browser, response)
    expect(html).toContain(wrong)
    const varying = ["date", "set-cookie", "x-flow-id"]
    const headers = [...response.headers].filter(([name]) => !varying.includes(name))
    const cookies = response.headers.getSetCookie().length
    return { status: response.status, headers, cookies, html: withoutChallenges(html.replaceAll(email, "EMAIL")) }
  }
  const page = await look(known.email, "not the password")
  expect(page.status).toBe(303)
  expect(await look(`absent-${known.email.slice(7)}`, known.password)).toEqual(page)
  expect(await look(disabled.email, disabled.password)).toEqual(page)
})

test("the email address is accepted in any case and with spaces around it", async ({ page }) => {
  const user = await insertUser()
  await signIn(page, { email: ` ${user.email.toUpperCase()} `, password: user.password })
  await expect(page.getByText(`Signed in as ${user.email}`)).toBeVisible()
})
