import path from "node:path"
import { makeTestFolder } from "@/lib/testing/database"
import { query } from "@/lib/testing/query"
import { runCli } from "../fixtures/cli"
import { testEnvironment } from "../fixtures/environment"
import { newLogFile } from "../fixtures/instances"
import { startServer } from "../fixtures/server"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainTokens,
  openBrowser,
  postForm,
  registerClient,
  test,
} from "../fixtures/world"

// The procedure of docs/operations.md: restore, end what the backup brings back, then start.
test("a restored backup does not revive revoked tokens and ended sign-ins", async () => {
  const { databaseUrl, secret, issuer } = testEnvironment()
  const client = await registerClient()
  const user = await insertUser()
  const tokens = await obtainTokens(client, user)
  const browser = await openBrowser(user)
  expect((await browser.fetch("/account")).status).toBe(200)

  const folder = makeTestFolder()
  const restored = path.join(folder.path, "restored.db")
  await query(databaseUrl, `VACUUM INTO '${restored}'`)
  expect((await postForm("/revoke", client, { token: tokens.refresh_token })).status).toBe(200)
  expect(await isActive(tokens.access_token)).toBe(false)

  const env = { DATABASE_URL: `file:${restored}`, SECRET: secret, ISSUER: issuer }
  const before = ["--all", "--before", new Date().toISOString(), "--yes"]
  const { revoked } = await runCli<{ revoked: number }>(["sessions", "revoke", ...before], env)
  const { ended } = await runCli<{ ended: number }>(["browser-sessions", "end", ...before], env)
  expect([revoked > 0, ended > 0]).toEqual([true, true])

  const server = await startServer({ databaseUrl: env.DATABASE_URL, secret, issuer, logFile: newLogFile() })
  const { baseUrl } = server
  expect(await isActive(tokens.access_token, baseUrl)).toBe(false)
  const refreshed = await postForm("/refresh", client, { refresh_token: tokens.refresh_token }, { baseUrl })
  await expectOAuthError(refreshed, "invalid_grant")
  const sameBrowser = await openBrowser(undefined, baseUrl)
  for (const [name, value] of browser.cookies) sameBrowser.cookies.set(name, value)
  expect((await sameBrowser.fetch("/account")).status).toBe(303)
  await server.stop()
  folder.remove()
})
