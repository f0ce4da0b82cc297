// A web app with Express and simple-oauth2.
// CLIENT_ID=... CLIENT_SECRET=... npx tsx e2e/clients/examples/simple-oauth2.ts
import { createHash, randomBytes } from "node:crypto"
import express from "express"
import session from "express-session"
import { type AccessToken, AuthorizationCode } from "simple-oauth2"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", CLIENT_SECRET = "", PORT = "8080" } = process.env
const redirect_uri = `http://localhost:${PORT}/callback`

const client = new AuthorizationCode({
  client: { id: CLIENT_ID, secret: CLIENT_SECRET },
  auth: { tokenHost: ISSUER, authorizePath: "/authorize", tokenPath: "/token", revokePath: "/revoke" },
})

type Visitor = { state?: string; verifier?: string; tokens?: AccessToken }
const visitors = new Map<string, Visitor>()
const random = () => randomBytes(32).toString("base64url")

const app = express()
app.use(session({ secret: random(), resave: false, saveUninitialized: true }))
const visitorOf = ({ sessionID }: express.Request): Visitor => {
  const visitor = visitors.get(sessionID) ?? {}
  visitors.set(sessionID, visitor)
  return visitor
}

app.get("/sign-in", (request, response) => {
  const visitor = visitorOf(request)
  visitor.state = random()
  visitor.verifier = random()
  const pkce = {
    code_challenge: createHash("sha256").update(visitor.verifier).digest("base64url"),
    code_challenge_method: "S256",
  }
  const scope = "openid email offline_access"
  response.redirect(client.authorizeURL({ redirect_uri, scope, state: visitor.state, ...pkce }))
})

app.get("/callback", async (request, response) => {
  const visitor = visitorOf(request)
  if (request.query.state !== visitor.state) return void response.status(400).send("Another sign-in.")
  const pkce = { code_verifier: visitor.verifier }
  visitor.tokens = await client.getToken({ code: String(request.query.code), redirect_uri, ...pkce })
  response.redirect("/")
})

app.post("/refresh", async (request, response) => {
  const visitor = visitorOf(request)
  visitor.tokens = await visitor.tokens?.refresh()
  response.redirect(303, "/")
})

app.post("/sign-out", async (request, response) => {
  const visitor = visitorOf(request)
  await visitor.tokens?.revokeAll()
  visitors.delete(request.sessionID)
  response.redirect(303, "/")
})

app.get("/", async (request, response) => {
  const { tokens } = visitorOf(request)
  const headers = { Authorization: `Bearer ${tokens?.token.access_token}` }
  const user = tokens && (await (await fetch(`${ISSUER}/userinfo`, { headers })).json())
  response.send(
    user
      ? `<p>${user.email} is signed in.</p><form method="post"><button formaction="/refresh">Refresh</button><button formaction="/sign-out">Sign out</button></form>`
      : '<p>No one is signed in.</p><a href="/sign-in">Sign in</a>',
  )
})

app.listen(Number(PORT), () => console.log(`The client is ready at http://localhost:${PORT}`))
