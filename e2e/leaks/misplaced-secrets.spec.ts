import { randomBytes } from "node:crypto"
import { beginAuthorization } from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { remember } from "../fixtures/secrets"
import { expect, insertUser, obtainCode, obtainTokens, openBrowser, registerClient, test } from "../fixtures/world"

// Secrets where they do not belong: what is refused is what a server is most tempted to write down. The last test of
// the run looks for them, with all others, in the logs and the databases.

test("secrets that are sent to the wrong place are refused, and break nothing - RFC 6819 4.4.1.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const tokens = await obtainTokens(client, user)
  const { code, codeVerifier } = await obtainCode(client, user)
  const browser = await openBrowser()
  const { stateToken } = await beginAuthorization(browser, client)
  const madeUp = remember(`pass word/${randomBytes(12).toString("hex")}&+é`)
  const secrets = {
    ...tokens,
    code,
    codeVerifier,
    stateToken,
    madeUp,
    clientSecret: client.clientSecret ?? "",
    password: user.password,
  }

  const form = "application/x-www-form-urlencoded"
  for (const secret of Object.values(secrets)) {
    const value = String(secret)
    const encoded = encodeURIComponent(value)
    const requests: [string, RequestInit][] = [
      [
        `/token?code=${encoded}&client_secret=${encoded}`,
        { method: "POST", headers: { "Content-Type": form }, body: "" },
      ],
      [`/userinfo?access_token=${encoded}`, {}],
      [`/introspect?token=${encoded}`, {}],
      [`/introspect`, { headers: { Authorization: `Bearer ${Buffer.from(value).toString("base64")}` } }],
      [`/token/${encoded}`, { method: "POST" }],
      [`/${encoded}`, {}],
      [`/.well-known/${encoded}`, {}],
      [`/callback?state=${encoded}`, {}],
      [`/callback?state=x&code=${encoded}`, { headers: { RSC: "1" } }],
      [`/authorize?client_id=${encoded}`, {}],
      [`/authorize?client_id=${client.clientId}&redirect_uri=${encoded}`, {}],
      [`/authorize?client_id=${client.clientId}&response_type=${encoded}&state=${encoded}`, {}],
      [`/authorize?client_id=${client.clientId}&${encoded}=1&${encoded}=1`, {}],
      [`/sign-in?state=${encoded}`, {}],
      [`/sign-in?email=${encoded}&password=${encoded}`, {}],
      [`/consent?state=${encoded}`, {}],
      [`/sign-in/limited?state=${encoded}&retry_after=${encoded}`, {}],
      [`/_next/static/${encoded}`, {}],
      [
        "/token",
        { method: "POST", headers: { "Content-Type": form }, body: `grant_type=${encoded}&client_id=${encoded}` },
      ],
      ["/token", { method: "POST", headers: { "Content-Type": form }, body: `${encoded}=x&${encoded}=y` }],
      [
        "/refresh",
        {
          method: "POST",
          headers: { "Content-Type": form },
          body: `refresh_token=${encoded}&client_id=${client.clientId}`,
        },
      ],
      [
        "/token",
        { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ password: value }) },
      ],
      ["/token", { method: "POST", headers: { "Content-Type": "application/json" }, body: `{"password": "${encoded}` }],
      [
        "/sign-in",
        { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ password: value }) },
      ],
      [
        "/sign-in",
        {
          method: "POST",
          headers: { "Content-Type": form, "Next-Action": encoded.slice(0, 200) },
          body: `password=${encoded}`,
        },
      ],
      [
        "/sign-in",
        { method: "POST", headers: { "Content-Type": form }, body: `$ACTION_ID_${encoded}=&password=${encoded}` },
      ],
      [
        "/jwks",
        {
          headers: {
            Cookie: `${cookieName("session")}=${encoded}; other=${encoded}`,
            Authorization: `Basic ${encoded}`,
          },
        },
      ],
      [
        "/token",
        {
          method: "POST",
          headers: {
            "Content-Type": form,
            Origin: `https://${encoded}.example`,
            "X-Forwarded-For": encoded,
            Referer: `https://client.example/?${encoded}`,
            "User-Agent": encoded,
          },
          body: "",
        },
      ],
    ]
    for (const [path, init] of requests) {
      const response = await fetch(new URL(path, testEnvironment().issuer), { redirect: "manual", ...init })
      await response.arrayBuffer()
      expect(response.status, `${init.method ?? "GET"} ${path.split(/[?%]/)[0]}`).not.toBe(500)
    }
  }
})
