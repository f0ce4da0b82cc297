// The same API with Express and express-oauth2-jwt-bearer.
//
//   ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3200/ npx tsx examples/api/express.ts
import express from "express"
import { auth, requiredScopes } from "express-oauth2-jwt-bearer"

const { ISSUER = "http://localhost:3000", PORT = "3200" } = process.env
const { AUDIENCE = `http://localhost:${PORT}/` } = process.env

const app = express()
app.use(
  auth({
    issuerBaseURL: ISSUER,
    audience: AUDIENCE,
    tokenSigningAlg: "ES256",
    // Checks the type at+jwt too.
    strict: true,
  }),
)
app.get("/", requiredScopes("invoices:read"), (request, response) => {
  const { sub, client_id } = request.auth?.payload ?? {}
  response.json({ invoices: [], for: sub, asked_by: client_id })
})

app.listen(Number(PORT), "localhost", () => console.log(`API ready at http://localhost:${PORT}/`))
