import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { signIn, signUp } from "../fixtures/people"
import { query } from "../fixtures/rows"

const password = "an engine of many wheels"
let count = 0
const newDomain = (name: string) => `${name}-${process.pid}-${Date.now()}-${count++}.example`

for (const javaScriptEnabled of [true, false]) {
  const how = `JavaScript ${javaScriptEnabled ? "on" : "off"}`

  /** What a person types first and later: one address, in different letters. */
  const addresses = [
    ["an internationalised domain in its own letters, then in punycode", "ada", "bücher", "xn--bcher-kva"],
    ["an internationalised domain in punycode, then in its own letters", "ada", "xn--bcher-kva", "BÜCHER"],
    ["an internationalised domain composed, then decomposed", "ada", "bücher", "bu\u0308cher"],
    ["every sign that a browser accepts, then in capitals", "o'brien+a!#$%&*/=?^_`{|}~-b", "Example", "example"],
  ] as const
  for (const [what, local, first, later] of addresses) {
    test(`a person signs up and in with ${what}, ${how}`, async ({ openContext }) => {
      const { issuer } = testEnvironment()
      const domain = newDomain("mail")
      const context = await openContext({ javaScriptEnabled })
      const page = await context.newPage()
      await page.goto(`${issuer}/sign-up`)
      await signUp(page, { email: `${local}@${first}.${domain}`, password })
      await expect(page.getByText("Signed in as")).toBeVisible()

      await context.clearCookies()
      await page.goto(`${issuer}/sign-in`)
      await signIn(page, { email: `${local.toUpperCase()}@${later}.${domain}`, password })
      await expect(page.getByText("Signed in as")).toBeVisible()
      const rows = await query('SELECT email FROM "User" WHERE email LIKE ?', [`%.${domain}`])
      expect(rows).toEqual([{ email: `${local}@${first === "Example" ? "example" : "xn--bcher-kva"}.${domain}` }])
    })
  }
}

test("a browser that sends an internationalised domain in its own letters signs the same person in", async ({
  openContext,
}) => {
  const { issuer } = testEnvironment()
  const domain = newDomain("letters")
  const context = await openContext({})
  const page = await context.newPage()
  // Chromium converts what is typed into a field of the type email, and Firefox does not.
  const sendAsTyped = () =>
    page.getByLabel("Email").evaluate((field: HTMLInputElement) => field.setAttribute("type", "text"))
  await page.goto(`${issuer}/sign-up`)
  await sendAsTyped()
  await signUp(page, { email: `ada@bu\u0308cher.${domain}`, password })
  await expect(page.getByText("Signed in as")).toBeVisible()

  await context.clearCookies()
  await page.goto(`${issuer}/sign-in`)
  await signIn(page, { email: `ada@bücher.${domain}`, password })
  await expect(page.getByText(`Signed in as ada@bücher.${domain}`)).toBeVisible()
})

test("a person at a host without a dot signs up and in", async ({ openContext }) => {
  const { issuer } = testEnvironment()
  const email = `ada@${newDomain("host").replace(".example", "")}`
  const context = await openContext({})
  const page = await context.newPage()
  await page.goto(`${issuer}/sign-up`)
  await signUp(page, { email, password })
  await expect(page.getByText(`Signed in as ${email}`)).toBeVisible()
})

test("a password with accents is the same from a keyboard that composes them and one that does not", async ({
  openContext,
}) => {
  const { issuer } = testEnvironment()
  const email = `ada@${newDomain("accents")}`
  const accented = "crème brûlée à la carte"
  const context = await openContext({})
  const page = await context.newPage()
  await page.goto(`${issuer}/sign-up`)
  await signUp(page, { email, password: accented.normalize("NFD") })
  await expect(page.getByText(`Signed in as ${email}`)).toBeVisible()

  await context.clearCookies()
  await page.goto(`${issuer}/sign-in`)
  await signIn(page, { email, password: accented.normalize("NFC") })
  await expect(page.getByText(`Signed in as ${email}`)).toBeVisible()
})
