import { testEnvironment } from "../fixtures/environment"
import { expectSignedIn, postPage } from "../fixtures/forms"
import { expect, test } from "../fixtures/journey"
import { signIn, signUp } from "../fixtures/people"
import { query } from "../fixtures/rows"
import { TestBrowser } from "../fixtures/world"

const password = "an engine of many wheels"
let count = 0
const newDomain = (name: string) => `${name}-${process.pid}-${Date.now()}-${count++}.example`

/** Sends the sign-up form, then the sign-in form of another browser. @returns the home page after the sign-in */
async function signUpAndIn(first: { email: string; password: string }, later: typeof first): Promise<string> {
  expectSignedIn(await postPage(new TestBrowser(), "/sign-up", first))
  const browser = new TestBrowser()
  expectSignedIn(await postPage(browser, "/sign-in", later))
  return (await browser.fetch("/")).text()
}

/** Some browsers convert what is typed into a field of the type email, others send it as it is. Here it is sent as it is. */
const pairs = [
  ["in its own letters, then in punycode", "ada", "bücher", "xn--bcher-kva"],
  ["in punycode, then in its own letters", "ada", "xn--bcher-kva", "BÜCHER"],
  ["decomposed, then composed", "ada", "bu\u0308cher", "bücher"],
  [
    "in small letters, then in capitals, after every sign that a browser accepts",
    "o'brien+a!#$%&*/=?^_`{|}~-b",
    "example",
    "Example",
  ],
] as const
for (const [what, local, first, later] of pairs) {
  test(`an email address is the same with its domain ${what}`, async () => {
    const domain = newDomain("mail")
    const home = await signUpAndIn(
      { email: `${local}@${first}.${domain}`, password },
      { email: `${local.toUpperCase()}@${later}.${domain}`, password },
    )
    const isLatin = later === "Example"
    expect(home).toContain(`@${isLatin ? "example" : "bücher"}.${domain}`)
    const rows = await query('SELECT email FROM "User" WHERE email LIKE ?', [`%.${domain}`])
    expect(rows).toEqual([{ email: `${local}@${isLatin ? "example" : "xn--bcher-kva"}.${domain}` }])
  })
}

const browsers = [
  { javaScriptEnabled: false, local: "ada", first: "bücher", later: "xn--bcher-kva" },
  { javaScriptEnabled: true, local: "o'brien+a!#$%&*/=?^_`{|}~-b", first: "Example", later: "example" },
]
for (const { javaScriptEnabled, local, first, later } of browsers) {
  test(`a browser with JavaScript ${javaScriptEnabled ? "on" : "off"} signs up with ${local}@${first} and in with ${later}`, async ({
    openContext,
  }) => {
    const { issuer } = testEnvironment()
    const domain = newDomain("typed")
    const context = await openContext({ javaScriptEnabled })
    const page = await context.newPage()
    await page.goto(`${issuer}/sign-up`)
    await signUp(page, { email: `${local}@${first}.${domain}`, password })
    await expect(page.getByText("Signed in as")).toBeVisible()

    await context.clearCookies()
    await page.goto(`${issuer}/sign-in`)
    await signIn(page, { email: `${local.toUpperCase()}@${later}.${domain}`, password })
    await expect(page.getByText("Signed in as")).toBeVisible()
  })
}

test("an email address may have a host without a dot", async () => {
  const email = `ada@${newDomain("host").replace(".example", "")}`
  expect(await signUpAndIn({ email, password }, { email, password })).toContain(email)
})

test("a password with accents is the same from a keyboard that composes them and one that does not", async () => {
  const email = `ada@${newDomain("accents")}`
  const accented = "crème brûlée à la carte"
  const [decomposed, composed] = [accented.normalize("NFD"), accented.normalize("NFC")]
  expect(await signUpAndIn({ email, password: decomposed }, { email, password: composed })).toContain(email)
})
