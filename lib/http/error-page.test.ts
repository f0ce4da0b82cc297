import { expect, test } from "vitest"
import { OAuthError } from "@/lib/protocol/errors"
import { applySettings } from "@/lib/testing/settings"
import { errorPage } from "./error-page"
import type { EndpointRequest } from "./exchange"

const request = { path: "/authorize", header: () => "text/html" } as unknown as EndpointRequest
const registered = ["https://client.example/callback", "http://127.0.0.1/callback"]

function pageFor(sent: string): string {
  const fix = `client update the-id --redirect-uri '${sent}'`
  const comparison = { name: "redirect_uri", sent, registered, fix }
  const options = { comparison }
  const error = new OAuthError("invalid_request", "It does not match.", "redirect_uri_unregistered", options)
  return errorPage(request, error.withClient({ name: "Shop", returnUri: null }), "the-flow").body?.toString() ?? ""
}

test("in the demo and in development, the page shows what was sent and registered, the difference and the fix", () => {
  applySettings({ DEMO: "on" })
  const page = pageFor("https://client.example/Callback?x=<1>")
  expect(page).toContain("<pre>https://client.example/<mark>Callback?x=&lt;1&gt;</mark></pre>")
  for (const uri of registered) expect(page).toContain(uri)
  expect(page).toContain("client update the-id --redirect-uri &#39;https://client.example/Callback?x=&lt;1&gt;&#39;")
  expect(pageFor("https://client.example/")).toContain("<mark>(the end is missing)</mark>")
})

test("in production the page shows only the reference", () => {
  applySettings({ NODE_ENV: "production" })
  const page = pageFor("https://client.example/Callback")
  expect(page).toContain("the-flow")
  for (const text of [...registered, "<mark>", "client update"]) expect(page).not.toContain(text)
})
