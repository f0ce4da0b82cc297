import { expectCode, expectErrorPage } from "../fixtures/authorization"
import {
  authorizationParameters,
  authorize,
  insertUser,
  makePkce,
  openBrowser,
  redirectUri,
  registerClient,
  test,
} from "../fixtures/world"

/** Spellings of, and around, `https://client.example/callback` that are not it. */
const unregistered = [
  "https://client.example/Callback",
  "https://CLIENT.example/callback",
  "HTTPS://client.example/callback",
  "https://client.example/callback/",
  "https://client.example/callback//",
  "https://client.example//callback",
  "https://client.example/callback?",
  "https://client.example/callback?next=1",
  "https://client.example/callback#",
  "https://client.example/callback#fragment",
  "https://client.example/callback;x=1",
  "https://client.example/callback/..",
  "https://client.example/x/../callback",
  "https://client.example/callback%2f",
  "https://client.example%2fcallback",
  "https://client.example/%63allback",
  "https://client.example/..%2fcallback",
  "https://client.example/callback%00",
  "https://client.example\\callback",
  "https:\\\\client.example\\callback",
  "https://client.example:443/callback",
  "https://client.example:8443/callback",
  "https://client.example:/callback",
  "https://user@client.example/callback",
  "https://client.example@elsewhere.example/callback",
  "https://elsewhere.example/#@client.example/callback",
  "https://elsewhere.example\\@client.example/callback",
  "https://www.client.example/callback",
  "https://client.example.elsewhere.example/callback",
  "https://client.example./callback",
  "https://xclient.example/callback",
  "http://client.example/callback",
  "//client.example/callback",
  "/callback",
  "callback",
  "https:client.example/callback",
  "https:/client.example/callback",
  "javascript:alert(1)",
  "data:text/html,x",
  " https://client.example/callback",
  "https://client.example/callback ",
  "https://client.example/ callback",
  "https://client.example/callback\u00a0",
  "https://client.example/callback\u200b",
  "https://cl\u0456ent.example/callback",
  "https://xn--clent-n6e.example/callback",
  "https://client\u3002example/callback",
  "https://client.example/callback,https://elsewhere.example/",
  `https://client.example/callback${"x".repeat(5000)}`,
  "https://elsewhere.example/callback",
]

/** Faults that, with a registered redirect URI, the client is told of by a redirect. */
const otherFaults: Record<string, string | undefined>[] = [
  {},
  { code_challenge: undefined, code_challenge_method: undefined },
  { prompt: "none" },
  { response_type: "token" },
  { scope: "unheard-of" },
  { request: "x" },
  { state: "x".repeat(3000) },
]

test("an unregistered redirect URI is never redirected to, whatever else is wrong - RFC 6749 4.1.2.1, RFC 9700 4.1.3", async () => {
  const client = await registerClient({ redirectUris: [redirectUri, "https://client.example/other"] })
  const signedIn = await openBrowser(await insertUser())
  const unknown = await openBrowser()
  for (const redirect_uri of unregistered) {
    const attempts = otherFaults.map(async (fault, i) => {
      const browser = i % 2 === 0 ? signedIn : unknown
      const about = `${redirect_uri.slice(0, 100)} with ${JSON.stringify(fault).slice(0, 60)}`
      await expectErrorPage(await authorize(browser, client, makePkce(), { redirect_uri, ...fault }), { about })
    })
    await Promise.all(attempts)
  }
})

test("nor does a posted form - RFC 6749 4.1.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  for (const redirect_uri of unregistered) {
    const body = authorizationParameters(client, makePkce().codeChallenge, { redirect_uri })
    await expectErrorPage(await browser.fetch("/authorize", { method: "POST", body }), { about: redirect_uri })
  }
})

test("the redirect URI of another client is refused - RFC 9700 4.1.3", async () => {
  await registerClient({ redirectUris: ["https://other.example/callback"] })
  const client = await registerClient()
  const changes = { redirect_uri: "https://other.example/callback" }
  await expectErrorPage(await authorize(await openBrowser(await insertUser()), client, makePkce(), changes))
})

test("two redirect URIs in one request are refused, in any order - RFC 6749 3.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const rest = authorizationParameters(client, makePkce().codeChallenge, { redirect_uri: undefined })
  const good = `redirect_uri=${encodeURIComponent(redirectUri)}`
  for (const other of ["redirect_uri=https%3A%2F%2Felsewhere.example%2F", good, "redirect_uri="]) {
    await expectErrorPage(await browser.fetch(`/authorize?${good}&${other}&${rest}`), { about: other })
    await expectErrorPage(await browser.fetch(`/authorize?${other}&${good}&${rest}`), { about: other })
  }
})

test("on the loopback interface the port may differ, and nothing else - RFC 8252 7.3, OAuth 2.1 2.3.1", async () => {
  const registered = ["http://127.0.0.1/callback", "http://[::1]:5000/callback", "http://localhost:8080/callback"]
  const client = await registerClient({ redirectUris: registered, tokenEndpointAuthMethod: "none" })
  const browser = await openBrowser(await insertUser())
  const taken = [
    ...registered,
    "http://127.0.0.1:1/callback",
    "http://127.0.0.1:51004/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback",
    "http://[::1]:6000/callback",
    "http://localhost/callback",
    "http://localhost:3000/callback",
  ]
  for (const to of taken) expectCode(await authorize(browser, client, makePkce(), { redirect_uri: to }), { to })

  const refused = [
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:70000/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:-1/callback",
    "http://127.0.0.1:8o80/callback",
    "http://127.0.0.1:8080/other",
    "http://127.0.0.1:8080/callback/",
    "http://127.0.0.1:8080/callback?x=1",
    "http://127.0.0.1:8080/callback#x",
    "http://127.0.0.1:8080",
    "https://127.0.0.1:8080/callback",
    "http://127.0.0.2:8080/callback",
    "http://127.1:8080/callback",
    "http://0x7f000001:8080/callback",
    "http://0.0.0.0:8080/callback",
    "http://[::ffff:127.0.0.1]:8080/callback",
    "http://[0:0:0:0:0:0:0:1]:8080/callback",
    "http://LOCALHOST:8080/callback",
    "http://localhost.:8080/callback",
    "http://localhost.elsewhere.example:8080/callback",
    "http://localhost:8080@elsewhere.example/callback",
    "http://127.0.0.1:80:80/callback",
    "http://client.example:8080/callback",
  ]
  for (const redirect_uri of refused)
    await expectErrorPage(await authorize(browser, client, makePkce(), { redirect_uri }), { about: redirect_uri })
})

test("an app's own scheme is compared to the last character too - RFC 8252 7.1", async () => {
  const to = "com.example.notes:/callback"
  const client = await registerClient({ redirectUris: [to], tokenEndpointAuthMethod: "none" })
  const browser = await openBrowser(await insertUser())
  expectCode(await authorize(browser, client, makePkce(), { redirect_uri: to }), { to })
  for (const redirect_uri of [
    "com.example.notes:/Callback",
    "com.example.notes:callback",
    "com.example.notes://callback",
    "com.example.note:/callback",
    "com.example.notes:8080/callback",
  ])
    await expectErrorPage(await authorize(browser, client, makePkce(), { redirect_uri }), { about: redirect_uri })
})
