import { readFileSync } from "node:fs"
import path from "node:path"
import type { Page } from "@playwright/test"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { newLogFile } from "../fixtures/instances"
import { backAtClient, beginAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { startMethodSwitch } from "../fixtures/method-switch"
import { highLimits } from "../fixtures/own-server"
import { allow, signIn, signUp } from "../fixtures/people"
import { buildAgain } from "../fixtures/second-build"
import { startServer, type TestServer } from "../fixtures/server"
import { insertUser, registerClient } from "../fixtures/world"

// Two builds of one commit, as on two machines, with one database and one issuer.
let build: Awaited<ReturnType<typeof buildAgain>>
let middle: Awaited<ReturnType<typeof startMethodSwitch>>
let servers: TestServer[] = []

test.describe.configure({ mode: "serial" })
test.beforeAll(async () => {
  test.setTimeout(300_000)
  build = await buildAgain()
  middle = await startMethodSwitch()
  const { databaseUrl, secret } = testEnvironment()
  const { issuer } = middle
  const start = (folder: string) =>
    startServer({ databaseUrl, secret, issuer, folder, env: highLimits, logFile: newLogFile() })
  servers = await Promise.all([root, build.folder].map(start))
})
test.afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await middle?.close()
  await build?.remove()
})

const buildId = (folder: string) => readFileSync(path.join(folder, ".next/BUILD_ID"), "utf8")

async function begin(page: Page, site: ClientSite): Promise<void> {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await beginAtClient(page, client, {}, middle.issuer)
}

for (const [pages, forms, javaScriptEnabled] of [
  [0, 1, true],
  [1, 0, true],
  [0, 1, false],
  [1, 0, false],
] as const) {
  const scripts = javaScriptEnabled ? "with scripts" : "without scripts"
  test.describe(`build ${pages + 1} before build ${forms + 1}, ${scripts}`, () => {
    test("a page of one build can be posted to the other: sign-in, consent, sign-out and sign-up", async ({
      openContext,
      site,
    }) => {
      expect(buildId(root)).not.toBe(buildId(build.folder))
      const formPort = servers[forms]?.port ?? 0
      middle.choose(servers[pages]?.port ?? 0, formPort)
      middle.posts.length = 0
      const page = await (await openContext({ javaScriptEnabled })).newPage()

      const user = await insertUser()
      await begin(page, site)
      await signIn(page, { ...user, password: "not the password" })
      await expect(page.getByText("The email or password is incorrect.")).toBeVisible()
      await signIn(page, user)
      await allow(page)
      expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()

      await page.goto(middle.issuer)
      await page.getByRole("button", { name: "Sign out" }).click()
      await expect(page.getByText(`Signed in as ${user.email}`)).toBeHidden()
      await begin(page, site)
      await page.getByRole("link", { name: "Create an account" }).click()
      await signUp(page, { email: `second-${user.email}`, password: user.password })
      await allow(page)
      expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
      const paths = ["sign-in", "sign-in", "consent", "sign-out", "sign-up", "consent"]
      expect(middle.posts).toEqual(paths.map((name) => `${formPort} /${name}/submit`))
    })
  })
}
