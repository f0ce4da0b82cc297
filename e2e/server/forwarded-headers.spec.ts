import { readFileSync } from "node:fs"
import { postForm } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { startOwnServer } from "../fixtures/own-server"
import { expect, TestBrowser, test } from "../fixtures/world"

test("an untrusted forwarding header is logged as one warning", async () => {
  const server = await startInstance()
  const warnings = () => readFileSync(server.logFile, "utf8").match(/"forwarded_header_not_trusted"/g) ?? []
  expect(warnings()).toEqual([])
  const browser = new TestBrowser(server.baseUrl)
  const html = await (await browser.fetch("/sign-in")).text()
  for (let i = 0; i < 3; i++) {
    const headers = { "X-Forwarded-For": `192.0.2.${i}` }
    await postForm(browser, html, { email: "unknown@example.com", password: "not the password" }, { headers })
    await browser.fetch("/no-such-page", { headers })
  }
  expect(warnings()).toHaveLength(1)
  await server.stop()
})

test("a server with an https issuer does not start without TRUSTED_PROXIES, and reports that in one line", async () => {
  await expect(startOwnServer({}, "https://login.example.com")).rejects.toThrow(
    /:\nFix these settings:\n {2}- TRUSTED_PROXIES must be set when ISSUER is https: [^\n]+\n$/,
  )
})
