import type { Page } from "@playwright/test"
import * as oidc from "openid-client"
import { getStep, type StepName } from "@/lib/flows/diagrams"
import { fingerprint } from "@/lib/flows/facts"
import { explainReason } from "@/lib/flows/reasons"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import type { Reason } from "@/lib/protocol/errors"
import { computeCodeChallenge } from "@/lib/protocol/pkce"
import { numberedSteps } from "../fixtures/diagrams"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { expectArrows, readArrows, watchFlow } from "../fixtures/live-flow"
import { prepareAuthorization, rememberTokens } from "../fixtures/openid-client"
import { enterInspector, openOperatorBrowser, readStream } from "../fixtures/operator"
import { watchProblems } from "../fixtures/page-checks"
import { addBrowserSession, signIn } from "../fixtures/people"
import { remember, rememberedSecrets } from "../fixtures/secrets"
import { insertUser, registerClient, type TestBrowser, type TestClient } from "../fixtures/world"
import { makeSearch } from "../leaks/search"

// A standard client library runs flows in one browser, while an operator watches them in another.

/** openid-client, sending each request to the next of the instances. */
async function discover(client: TestClient): Promise<oidc.Configuration> {
  const { issuer } = testEnvironment()
  const authentication = oidc.ClientSecretBasic(client.clientSecret ?? "")
  const options = { execute: [oidc.allowInsecureRequests] }
  const config = await oidc.discovery(new URL(issuer), client.clientId, undefined, authentication, options)
  let requests = 0
  config[oidc.customFetch] = (url, init) => {
    requests++
    return fetch(atInstance(requests, new URL(url)), init as RequestInit)
  }
  return config
}

function atInstance(number: number, { pathname, search }: URL): URL {
  const { issuers } = testEnvironment()
  return new URL(`${pathname}${search}`, issuers[number % issuers.length])
}

/** Sends a user's browser to the authorization endpoint. @returns the flow's id, and the values to check the response with */
async function authorize(config: oidc.Configuration, page: Page, site: ClientSite, more: Record<string, string> = {}) {
  const { url, checks } = await prepareAuthorization(config, site, more)
  const [answer] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).pathname === "/authorize"),
    page.goto(atInstance(1, url).href),
  ])
  return { flowId: (await answer.headerValue("x-flow-id")) ?? "", checks }
}

/** Everything that the inspector sends about a flow: its page, which contains every step, the list, and both streams. */
async function readInspector(operator: TestBrowser, flowId: string, since: number): Promise<string> {
  const get = async (path: string) => (await operator.fetch(path)).text()
  const texts = await Promise.all([
    get(`/flows/${flowId}`),
    get("/flows"),
    readStream(operator, `/flows/${flowId}/stream`, (event) => event === "flow"),
    readStream(operator, `/flows/stream?after=${since}`, (_, flows) =>
      (flows as FlowSummary[]).some(({ id }) => id === flowId),
    ),
  ])
  for (const text of texts) expect(text).toContain(flowId)
  return texts.join("\n")
}

function expectNoSecret(held: string): void {
  expect(makeSearch([...rememberedSecrets(), testEnvironment().secret])(held)).toEqual([])
}

/** Opens every step in turn. @returns the content of the page with each of them */
async function openEveryStep(page: Page): Promise<string> {
  const texts = [await page.content()]
  for (const row of await page.locator("[data-step]").all()) {
    await row.click()
    await expect(row).toHaveAttribute("aria-pressed", "true")
    texts.push(await openedStep(page).innerHTML())
  }
  return texts.join("\n")
}

const openedStep = (page: Page) => page.getByRole("complementary", { name: "Selected step" })

const refused = (request: Promise<unknown>) => expect(request).rejects.toMatchObject({ error: "invalid_grant" })

test("every arrow of a client's flows is drawn live, on all instances, and the page contains no secret", async ({
  page,
  site,
  openContext,
}) => {
  const problems = watchProblems(page)
  const since = Date.now()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const config = await discover(client)
  const user = await insertUser()
  const person = await (await openContext()).newPage()
  await enterInspector(page)

  const { flowId, checks } = await authorize(config, person, site)
  const drawn = await watchFlow(page, flowId)
  // The first four steps of the diagram: the user is at the sign-in form.
  await expectArrows(page, 4)
  await signIn(person, user)
  const answer = await backAtClient(person, site)
  await expectArrows(page, 10)
  const tokens = rememberTokens(await oidc.authorizationCodeGrant(config, answer, checks))
  await expectArrows(page, 16)
  const introspection = new URL("/introspect", testEnvironment().issuer)
  await oidc.fetchProtectedResource(config, tokens.access_token, introspection, "GET")
  await expectArrows(page, 21)
  const fresh = rememberTokens(await oidc.refreshTokenGrant(config, tokens.refresh_token ?? ""))
  await expectArrows(page, 27)
  await oidc.tokenRevocation(config, fresh.refresh_token ?? "")
  await expectArrows(page, 32)

  const arrows = await readArrows(page, drawn)
  expect(arrows.map(({ name }) => name)).toEqual([
    ...numberedSteps("authorization"),
    ...numberedSteps("introspection"),
    ...numberedSteps("refresh"),
    ...numberedSteps("revocation"),
  ])
  await test.step("nothing that the operator received contains a secret", async () => {
    const operator = await openOperatorBrowser(testEnvironment().issuers.at(-1))
    const held = `${await openEveryStep(page)}\n${await readInspector(operator, flowId, since)}`
    const code = answer.searchParams.get("code")
    expect(held).toContain(fingerprint(code ?? ""))
    const known = [code, checks.pkceCodeVerifier, fresh.access_token, fresh.refresh_token, client.clientSecret]
    const cookies = (await person.context().cookies()).map(({ value }) => value)
    const used = [...known, tokens.id_token, user.password, ...cookies]
    expect(rememberedSecrets()).toEqual(expect.arrayContaining(used))
    expectNoSecret(held)
  })
  expect(problems).toEqual([])
})

type Run = { config: oidc.Configuration; answer: URL; checks: oidc.AuthorizationCodeGrantChecks }

type Mistake = {
  what: string
  step: StepName
  reason: Reason
  /** Makes the mistake. @returns the two values that should have been equal, if any */
  make: (run: Run) => Promise<string[]>
}

const grant = async ({ config, answer, checks }: Run) =>
  rememberTokens(await oidc.authorizationCodeGrant(config, answer, checks))
const refresh = async (config: oidc.Configuration, { refresh_token }: oidc.TokenEndpointResponse) =>
  rememberTokens(await oidc.refreshTokenGrant(config, refresh_token ?? ""))

const mistakes: Mistake[] = [
  {
    what: "another code verifier",
    step: "authorization.verifies_code_verifier",
    reason: "code_verifier_mismatch",
    async make(run) {
      const pkceCodeVerifier = remember(oidc.randomPKCECodeVerifier())
      await refused(grant({ ...run, checks: { ...run.checks, pkceCodeVerifier } }))
      const challenge = (verifier?: string) => fingerprint(computeCodeChallenge(verifier ?? ""))
      return [challenge(pkceCodeVerifier), challenge(run.checks.pkceCodeVerifier)]
    },
  },
  {
    what: "another redirect URI",
    step: "authorization.retrieves_auth_code",
    reason: "redirect_uri_mismatch",
    async make(run) {
      const { origin, search } = run.answer
      await refused(grant({ ...run, answer: new URL(`${origin}/elsewhere${search}`) }))
      return [`${origin}/elsewhere`, `${origin}/callback`]
    },
  },
  {
    what: "the code a second time",
    step: "authorization.stores_tokens",
    reason: "code_replayed",
    async make(run) {
      await grant(run)
      await refused(grant(run))
      return []
    },
  },
  {
    what: "an old refresh token",
    step: "refresh.validates_token",
    reason: "refresh_token_replayed",
    async make(run) {
      const tokens = await grant(run)
      const newest = await refresh(run.config, await refresh(run.config, tokens))
      await refused(refresh(run.config, tokens))
      return [fingerprint(tokens.refresh_token ?? ""), fingerprint(newest.refresh_token ?? "")]
    },
  },
  {
    what: "a refresh token whose Session was revoked",
    step: "refresh.validates_token",
    reason: "session_ended",
    async make(run) {
      const tokens = await grant(run)
      await oidc.tokenRevocation(run.config, tokens.access_token)
      await refused(refresh(run.config, tokens))
      return []
    },
  },
]

/** Asserts that the failed step is open, and shows why it failed, how to fix it, and the two values that differ. */
async function expectFailure(page: Page, { step, reason }: Pick<Mistake, "step" | "reason">, values: string[]) {
  await expect(page.locator("[data-step][data-failed]")).toHaveCount(1)
  const opened = openedStep(page)
  await expect(opened.getByRole("heading")).toHaveText(getStep(step).text)
  for (const text of [reason, explainReason(reason).why, explainReason(reason).fix])
    await expect(opened).toContainText(text)
  if (values.length > 0) await expect(opened).toContainText(new RegExp(values.join(".*is not equal to.*")))
}

test("a client's mistake is shown live, with both values and how to fix it, and without a secret", async ({
  page,
  site,
  openContext,
}) => {
  const since = Date.now()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const config = await discover(client)
  const context = await openContext()
  await addBrowserSession(context, await insertUser())
  const person = await context.newPage()
  await enterInspector(page)
  const operator = await openOperatorBrowser(testEnvironment().issuers.at(-1))
  const held: string[] = []
  for (const mistake of mistakes) {
    await test.step(mistake.what, async () => {
      const { flowId, checks } = await authorize(config, person, site)
      const drawn = await watchFlow(page, flowId)
      const values = await mistake.make({ config, answer: await backAtClient(person, site), checks })
      await expectFailure(page, mistake, values)
      await readArrows(page, drawn)
      held.push(await page.content(), await readInspector(operator, flowId, since))
    })
  }
  expectNoSecret(held.join("\n"))
})

test("an unregistered redirect URI appears in the list as failed, and its flow shows how to fix it", async ({
  page,
  site,
  openContext,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const config = await discover(client)
  const person = await (await openContext()).newPage()
  await enterInspector(page)
  await page.goto(`${testEnvironment().issuers.at(-1)}/flows?q=${client.clientId}`)
  await expect(page.getByText("Live", { exact: true })).toBeVisible()
  const body = await page.evaluateHandle(() => document.body)

  const elsewhere = `${site.origin}/elsewhere`
  await authorize(config, person, site, { redirect_uri: elsewhere })
  const row = page.getByRole("link", { name: client.clientName })
  await expect(row).toContainText("Redirect URI not registered")
  expect(await body.evaluate(({ isConnected }) => isConnected), "the list was not reloaded").toBe(true)
  expectNoSecret(await page.content())
  await row.click()
  const mistake = { step: "authorization.calls_authorize", reason: "redirect_uri_unregistered" } as const
  await expectFailure(page, mistake, [elsewhere, site.redirectUri])
})
