// Auth.js in a web app. In a Next.js app, the same configuration is passed to NextAuth() in auth.ts.
// CLIENT_ID=... CLIENT_SECRET=... AUTH_SECRET=... npx tsx e2e/clients/examples/auth-js.ts
import { Auth, type AuthConfig } from "@auth/core"
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
      authorization: { params: { scope: "openid profile email offline_access" } },
      checks: ["pkce", "state", "nonce"],
    },
  ],
  callbacks: {
    async jwt({ token, account }) {
      if (account) return { ...token, refreshToken: account.refresh_token, expiresAt: account.expires_at, refreshed: 0 }
      return Date.now() < Number(token.expiresAt) * 1000 - 595_000 ? token : refresh(token)
    },
    session: ({ session, token }) => ({ ...session, refreshed: token.refreshed }),
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
  return { ...token, refreshToken: tokens.refresh_token, expiresAt, refreshed: Number(token.refreshed) + 1 }
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
app.get("/", async (request, response) => {
  const headers = { cookie: request.headers.cookie ?? "" }
  const answer = await Auth(new Request(`${origin}/auth/session`, { headers }), config)
  response.setHeader("Set-Cookie", answer.headers.getSetCookie())
  const session = (await answer.json()) as { user?: { email: string }; refreshed?: number } | null
  response.send(
    session?.user
      ? `<p>${session.user.email} is signed in.</p><p>Refreshed ${session.refreshed} times</p><a href="/auth/signout">Sign out</a>`
      : '<p>No one is signed in.</p><a href="/auth/signin">Sign in</a>',
  )
})

app.listen(Number(PORT), () => console.log(`The client is ready at ${origin}`))
