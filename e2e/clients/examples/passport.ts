// A web app with Express and passport-oauth2.
// CLIENT_ID=... CLIENT_SECRET=... npx tsx e2e/clients/examples/passport.ts
import { randomBytes } from "node:crypto"
import express from "express"
import session from "express-session"
import passport from "passport"
import { Strategy, type VerifyCallback } from "passport-oauth2"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", CLIENT_SECRET = "", PORT = "8080" } = process.env
const origin = `http://localhost:${PORT}`

type SignedIn = { email: string; idToken: string; refreshToken: string }

async function readEmail(accessToken: string): Promise<string> {
  const response = await fetch(`${ISSUER}/userinfo`, { headers: { Authorization: `Bearer ${accessToken}` } })
  if (!response.ok) throw new Error(`/userinfo answered ${response.status}`)
  const { email } = (await response.json()) as { email: string }
  return email
}

const strategy = new Strategy(
  {
    authorizationURL: `${ISSUER}/authorize`,
    tokenURL: `${ISSUER}/token`,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    callbackURL: `${origin}/callback`,
    scope: ["openid", "email"],
    // Both must be set: without them passport-oauth2 uses neither PKCE nor state.
    pkce: true,
    state: true as never,
  },
  async (accessToken: string, refreshToken: string, params: { id_token: string }, _: unknown, done: VerifyCallback) => {
    const email = await readEmail(accessToken)
    done(null, { email, idToken: params.id_token, refreshToken } satisfies SignedIn)
  },
)
passport.use("oauth-flow", strategy)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user: SignedIn, done) => done(null, user))

/** passport-oauth2 has no function to refresh. @returns the new tokens */
async function refresh(refreshToken: string): Promise<{ access_token: string; refresh_token: string }> {
  const response = await fetch(`${ISSUER}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    }),
  })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

const app = express()
app.use(session({ secret: randomBytes(32).toString("hex"), resave: false, saveUninitialized: true }))
app.use(passport.session())
app.get("/sign-in", passport.authenticate("oauth-flow"))
app.get("/callback", passport.authenticate("oauth-flow", { successRedirect: "/", failureRedirect: "/?failed" }))
app.post("/refresh", async (request, response, next) => {
  const user = request.user as SignedIn
  const tokens = await refresh(user.refreshToken)
  const email = await readEmail(tokens.access_token)
  // Stores the new refresh token in the session: the old one is used up.
  const renewed = { ...user, email, refreshToken: tokens.refresh_token }
  request.login(renewed, (error) => (error ? next(error) : response.redirect(303, "/")))
})
app.post("/sign-out", (request, response, next) => {
  const { idToken } = request.user as SignedIn
  const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${origin}/` })
  request.logout((error) => (error ? next(error) : response.redirect(303, `${ISSUER}/end-session?${query}`)))
})
app.get("/", (request, response) => {
  const user = request.user as SignedIn | undefined
  response.send(
    user
      ? `<p>${user.email} is signed in.</p><form method="post"><button formaction="/refresh">Refresh</button><button formaction="/sign-out">Sign out</button></form>`
      : '<p>No one is signed in.</p><a href="/sign-in">Sign in</a>',
  )
})

app.listen(Number(PORT), () => console.log(`The client is ready at ${origin}`))
