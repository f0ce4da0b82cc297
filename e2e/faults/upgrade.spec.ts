import { createEmptyDatabase } from "../fixtures/empty-database"
import { testEnvironment } from "../fixtures/environment"
import { postPage } from "../fixtures/forms"
import { createOwnWorld, type OwnWorld } from "../fixtures/own-world"
import { buildVersion, findPreviousVersion } from "../fixtures/previous-build"
import { query } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import { authorize, expect, locationOf, makePkce, readTokens, redeem, TestBrowser, test } from "../fixtures/world"
import { checkDatabase } from "./check-database"
import { FlowPlayer, newCounts } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { report } from "./report"

// The previous version and this one serve one database side by side: an upgrade, and the way back.

const { long, seed } = faultOptions()
const players = 8
/** Flows in each phase. */
const flows = 40

const previous = long ? await findPreviousVersion() : null
test.skip(() => testEnvironment().provider !== "postgres", "Two instances need Postgres.")
test.skip(!long, "Building another version takes minutes: npm run test:faults.")
test.skip(previous === null, "There is no history to build the previous version from. Clone the repository completely.")

/** What the next version may do: add a table, and a column that may be null. Neither version knows this migration. */
const expansion = ['CREATE TABLE "Future" ("id" TEXT PRIMARY KEY)', 'ALTER TABLE "Session" ADD COLUMN "future" TEXT']

let build: Awaited<ReturnType<typeof buildVersion>>
test.beforeAll(async () => {
  test.setTimeout(900_000)
  build = await buildVersion(previous ?? "")
})
test.afterAll(async () => build?.remove())

/** Signs in with a page of one instance that is posted to the other, and redeems the code at the first. */
async function signInAcross(page: TestServer, form: TestServer, { client, user, issuer }: OwnWorld): Promise<void> {
  const browser = new TestBrowser(page.baseUrl)
  const pkce = makePkce()
  const signIn = locationOf(await authorize(browser, client, pkce, { prompt: "login" }))
  const other = new TestBrowser(form.baseUrl)
  for (const [name, value] of browser.cookies) other.cookies.set(name, value)
  const credentials = { email: user.email, password: user.password }
  const signedIn = await postPage(other, `${signIn.pathname}${signIn.search}`, credentials, {
    headers: { Origin: issuer },
  })
  const answer = await other.fetch(new URL(locationOf(signedIn).search, `${form.baseUrl}/callback`).href)
  const code = locationOf(answer).searchParams.get("code") ?? ""
  await readTokens(await redeem(client, { code, codeVerifier: pkce.codeVerifier }, {}, { baseUrl: page.baseUrl }))
}

test("an upgrade and its rollback, one instance after the other: no request fails, and the flows go on", async () => {
  test.setTimeout(300_000)
  const { databaseUrl, remove } = await createEmptyDatabase()
  const { folder } = build
  const world = await createOwnWorld({ databaseUrl, remove }, { folder })
  const instances: TestServer[] = []
  try {
    const start = {
      previous: (port?: number) => world.start({}, { port, folder }),
      next: (port?: number) => world.start({}, { port }),
    }
    instances.push(await start.previous(), await start.previous(0))
    let serving = [...instances]
    let sent = 0
    const counts = newCounts()
    const nextUrl = () => serving[sent++ % serving.length]?.baseUrl ?? ""
    const playing = Array.from(
      { length: players },
      (_, i) => new FlowPlayer(world, seededRandom(seed + i), counts, () => undefined, nextUrl),
    )
    let isOver = false
    const done = Promise.all(playing.map((player) => player.play(() => isOver)))
    const playMore = async () => {
      const wanted = counts.revoke.answered + flows
      await expect.poll(() => counts.revoke.answered, { timeout: 60_000 }).toBeGreaterThan(wanted)
      for (const [page, form] of [serving, serving.toReversed()]) {
        if (!page || !form) continue
        await signInAcross(page, form, world)
        counts.callback.answered++
        counts.token.answered++
      }
    }
    const replace = async (i: 0 | 1, version: "previous" | "next") => {
      const stopped = instances[i]
      serving = instances.filter((instance) => instance !== stopped)
      expect(await stopped?.stop("SIGTERM")).toBe(0)
      instances[i] = await start[version](i === 0 ? undefined : 0)
      serving = [...instances]
      await playMore()
    }
    await playMore()
    await replace(1, "next")
    await replace(0, "next")
    for (const sql of expansion) await query(sql, [], databaseUrl)
    await query(`INSERT INTO "_migration" VALUES ('9999_future', '', '')`, [], databaseUrl)
    await replace(1, "previous")
    await replace(0, "previous")
    await replace(1, "next")
    isOver = true
    await done
    for (const player of playing) await player.verify()
    await checkDatabase(world, counts, playing)
    for (const { done, notDone } of Object.values(counts))
      expect([done, notDone], "requests without an answer").toEqual([0, 0])
    report("upgrade", { previous, requests: counts })
  } finally {
    await Promise.all(instances.map((server) => server.stop()))
    await world.remove()
  }
})
