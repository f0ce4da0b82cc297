// Auth.js in a web app. In a Next.js app, the same configuration is passed to NextAuth() in auth.ts.
// CLIENT_ID=... CLIENT_SECRET=... AUTH_SECRET=... npx tsx e2e/clients/examples/auth-js.ts
import { Auth, type AuthConfig, skipCSRFCheck } from "@auth/core"
import express from "express"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", CLIENT_SECRET = "", PORT = "8080" } = process.env
const { AUTH_SECRET = "a secret of this example, at least 32 characters" } = process.env
const origin = `http://localhost:${PORT}`

const config: AuthConfig = {
  basePath: "/auth",
  secret: AUTH_SECRET,
  trustHost: true,
  providers: [
    {
      id: "oauth-flow",
      name: "OAuth Flow",
      type: "oidc",
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { scope: "openid profile email" } },
      checks: ["pkce", "state", "nonce"],
    },
  ],
  callbacks: {
    async jwt({ token, account }) {
      if (account) {
        const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = account
        return { ...token, accessToken, refreshToken, idToken, expiresAt: account.expires_at, refreshed: 0 }
      }
      return Date.now() < Number(token.expiresAt) * 1000 - 595_000 ? token : refresh(token)
    },
    async session({ session, token }) {
      const headers = { Authorization: `Bearer ${token.accessToken}` }
      const response = await fetch(`${ISSUER}/userinfo`, { headers })
      if (!response.ok) throw new Error(`/userinfo answered ${response.status}`)
      return { ...session, user: await response.json(), idToken: token.idToken, refreshed: token.refreshed }
    },
  },
}

/** As in the guide of Auth.js to refresh token rotation. The example refreshes five seconds after the last time. */
async function refresh(token: Record<string, unknown>) {
  const response = await fetch(`${ISSUER}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: "refresh_token",
      refresh_token: String(token.refreshToken),
    }),
  })
  const tokens = await response.json()
  if (!response.ok) throw new Error(tokens.error_description)
  const expiresAt = Math.floor(Date.now() / 1000 + tokens.expires_in)
  const { access_token: accessToken, refresh_token: refreshToken } = tokens
  return { ...token, accessToken, refreshToken, expiresAt, refreshed: Number(token.refreshed) + 1 }
}

const app = express()
app.use("/auth", express.text({ type: () => true }), async (request, response) => {
  const { method, headers, originalUrl, body } = request
  const init = { method, headers: headers as Record<string, string>, ...(method === "POST" && { body }) }
  const answer = await Auth(new Request(origin + originalUrl, init), config)
  for (const [name, value] of answer.headers) if (name !== "set-cookie") response.setHeader(name, value)
  response.setHeader("Set-Cookie", answer.headers.getSetCookie())
  response.status(answer.status).send(Buffer.from(await answer.arrayBuffer()))
})

type Session = { user: { name?: string; email: string }; idToken: string; refreshed: number }
const headersOf = (request: express.Request) => ({ cookie: request.headers.cookie ?? "" })

/** next-auth calls this auth(). */
async function readSession(request: express.Request, response: express.Response): Promise<Session | null> {
  const answer = await Auth(new Request(`${origin}/auth/session`, { headers: headersOf(request) }), config)
  response.setHeader("Set-Cookie", answer.headers.getSetCookie())
  return (await answer.json()) as Session | null
}

/** next-auth calls this signOut({ redirect: false }). Other sites cannot send the session cookie: it is SameSite=Lax. */
async function signOut(request: express.Request, response: express.Response): Promise<void> {
  const post = new Request(`${origin}/auth/signout`, { method: "POST", headers: headersOf(request) })
  const answer = await Auth(post, { ...config, skipCSRFCheck })
  response.setHeader("Set-Cookie", answer.headers.getSetCookie())
}

app.post("/sign-out", async (request, response) => {
  const session = await readSession(request, response)
  if (!session) return response.redirect(303, "/")
  await signOut(request, response)
  const query = new URLSearchParams({ id_token_hint: session.idToken, post_logout_redirect_uri: `${origin}/` })
  response.redirect(303, `${ISSUER}/end-session?${query}`)
})
app.get("/", async (request, response) => {
  const session = await readSession(request, response)
  response.send(
    session
      ? `<p>${session.user.name ?? "Someone"}, ${session.user.email} is signed in.</p><p>Refreshed ${session.refreshed} times</p><form method="post"><button formaction="/sign-out">Sign out</button></form>`
      : '<p>No one is signed in.</p><a href="/auth/signin">Sign in</a>',
  )
})

app.listen(Number(PORT), () => console.log(`The client is ready at ${origin}`))
