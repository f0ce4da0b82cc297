import { decodeJwt } from "jose"
import { changeProfile } from "@/lib/accounts/users"
import { byOperator } from "@/lib/data/audit-events"
import { en } from "@/lib/i18n/messages/en"
import { testEnvironment } from "../fixtures/environment"
import { expectFormAgain, expectNotSignedIn, expectSignedIn, postPage } from "../fixtures/forms"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { signIn, signUp } from "../fixtures/people"
import { query } from "../fixtures/rows"
import {
  authorize,
  insertUser,
  locationOf,
  makePkce,
  readTokens,
  redeem,
  registerClient,
  TestBrowser,
} from "../fixtures/world"

let emails = 0
const newEmail = () => `${Date.now()}-${process.pid}-${emails++}@example.com`

async function trySignUp(password: string, email = newEmail(), browser = new TestBrowser()): Promise<Response> {
  return postPage(browser, "/sign-up", { email, password })
}

async function trySignIn(email: string, password: string): Promise<Response> {
  return postPage(new TestBrowser(), "/sign-in", { email, password })
}

test.describe("a password that cannot be chosen is refused with the reason - NIST SP 800-63B 3.1.1.2", () => {
  const refused = {
    "7 characters": ["seven77", "Use at least 8 characters."],
    "7 characters of several code units each": ["😀".repeat(7), "Use at least 8 characters."],
    "a common one": ["qwertyuiop", "This is one of the most common passwords"],
    "a common one in capitals": ["QWERTYUIOP", "This is one of the most common passwords"],
    "one character repeated": ["zzzzzzzzzzzz", "use the same character"],
    "1025 characters": [`${"ab".repeat(512)}c`, "Use a shorter password (at most 1,024 characters)."],
  }
  for (const [what, [password = "", reason = ""]] of Object.entries(refused)) {
    test(what, async () => {
      const email = newEmail()
      const browser = new TestBrowser()
      expect(await expectFormAgain(browser, await trySignUp(password, email, browser))).toContain(reason)
      expect(await query('SELECT 1 FROM "User" WHERE email = ?', [email])).toEqual([])
    })
  }
})

for (const [what, password] of Object.entries({ "8 characters": "wim8nlpq", "1024 characters": "éa".repeat(512) })) {
  test(`a password of ${what} can be chosen, and used`, async () => {
    const email = newEmail()
    expectSignedIn(await trySignUp(password, email))
    expectSignedIn(await trySignIn(email, password))
  })
}

test("clients get email_verified: false for an address that its person only claims, until an operator changes it - OpenID Connect Core 5.1", async () => {
  const [client, browser] = [await registerClient(), new TestBrowser()]
  const email = newEmail()
  expectSignedIn(await trySignUp("an engine of many wheels", email, browser))
  const claims = async () => {
    const pkce = makePkce()
    const code = locationOf(await authorize(browser, client, pkce)).searchParams.get("code") ?? ""
    const { id_token } = await readTokens(await redeem(client, { code, codeVerifier: pkce.codeVerifier }))
    return decodeJwt(id_token ?? "")
  }
  expect(await claims()).toMatchObject({ email, email_verified: false })
  const [user] = await query('SELECT "id" FROM "User" WHERE email = ?', [email])
  await changeProfile(String(user?.id), { email: `new-${email}` }, byOperator)
  const changed = await claims()
  expect(changed.email).toBe(`new-${email}`)
  expect(changed).not.toHaveProperty("email_verified")
})

test("every byte of a password matters, beyond the 72 that bcrypt reads", async () => {
  const email = newEmail()
  const password = "x1".repeat(39)
  expectSignedIn(await trySignUp(`${password}ab`, email))
  for (const other of [`${password}ac`, `${password}a`, `${password}abc`, password]) {
    await expectNotSignedIn(await trySignIn(email, other))
  }
  expectSignedIn(await trySignIn(email, `${password}ab`))
})

test("a password that contains the email address is refused with the reason", async () => {
  const email = newEmail()
  const browser = new TestBrowser()
  const page = await expectFormAgain(browser, await trySignUp(`my ${email.toUpperCase()}`, email, browser))
  expect(page).toContain("Choose a password that does not contain it.")
  expect(await query('SELECT 1 FROM "User" WHERE email = ?', [email])).toEqual([])
})

test("spaces and case of a password matter", async () => {
  const email = newEmail()
  expectSignedIn(await trySignUp(" Correct horse  battery ", email))
  for (const other of ["Correct horse  battery", " Correct horse battery ", " correct horse  battery "]) {
    await expectNotSignedIn(await trySignIn(email, other))
  }
  expectSignedIn(await trySignIn(email, " Correct horse  battery "))
})

for (const javaScriptEnabled of [true, false]) {
  test(`a refused field shows its error and the other fields keep their values, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    openContext,
  }) => {
    const { issuer } = testEnvironment()
    const taken = await insertUser()
    const page = await (await openContext({ javaScriptEnabled })).newPage()
    const [email, password] = [page.getByLabel("Email"), page.getByLabel("Password", { exact: true })]
    await page.goto(`${issuer}/sign-up`)

    await signUp(page, { email: "not an address", name: "Ada", password: "an engine of many wheels" })
    await expect(email).toBeFocused()
    await expect(email).toHaveAccessibleDescription(/^Enter an email address/)
    await expect(email).toHaveValue("not an address")
    await expect(page.getByLabel("Name")).toHaveValue("Ada")

    await signUp(page, { email: newEmail(), password: "short" })
    await expect(password).toBeFocused()
    await expect(password).toHaveAccessibleDescription(/^Use at least 8 characters\./)
    await expect(page.getByText("Use at least 8 characters.")).toBeVisible()
    await expect(page.locator("[aria-live=polite]", { hasText: "Use at least 8 characters." })).toBeVisible()
    await expect(page.getByLabel("Name")).toHaveValue("Ada")

    await signUp(page, { email: taken.email, password: "an engine of many wheels" })
    await expect(email).toBeFocused()
    await expect(email).toHaveAccessibleDescription(`${en.problems.emailTaken} Sign in instead.`)
    await expect(page).toHaveURL(`${issuer}/sign-up`)
  })
}

test("the Sign in link beside a taken email address continues the same authorization", async ({ page, site }) => {
  const taken = await insertUser()
  await beginAtClient(page, await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] }))
  await page.getByRole("link", { name: "Create an account" }).click()
  await signUp(page, { email: taken.email, password: "an engine of many wheels" })
  await page.locator("#email-error").getByRole("link", { name: "Sign in" }).click()
  await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
  await signIn(page, taken)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("an email address has one user, whatever its case", async () => {
  const taken = await insertUser()
  const browser = new TestBrowser()
  const refused = await trySignUp("an engine of many wheels", taken.email.toUpperCase(), browser)
  const page = await expectFormAgain(browser, refused)
  expect(page).toContain(en.problems.emailTaken)
  expectSignedIn(await trySignIn(taken.email, taken.password))
})

test("a hint shows how strong the new password is while it is typed", async ({ page }) => {
  await page.goto(`${testEnvironment().issuer}/sign-up`)
  const password = page.getByLabel("Password", { exact: true })
  for (const [typed, hint] of [
    ["abcdefgh", "Easy to guess"],
    ["aaaaaaaaaaaaaaaa", "Easy to guess"],
    ["kq7vexolw2pz", "Fair: add a few more words to make it stronger"],
    ["seven purple elephants dance", "Hard to guess"],
  ] as const) {
    await password.fill(typed)
    await expect(page.getByText(hint)).toBeVisible()
  }
  await password.fill("")
  await expect(page.getByText("Easy to guess")).toBeHidden()
})
