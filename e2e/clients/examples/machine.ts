// A program that calls an API for itself, without a user (the client credentials grant).
// CLIENT_ID=... CLIENT_SECRET=... API=http://localhost:3200/ npx tsx e2e/clients/examples/machine.ts
import * as oidc from "openid-client"

const {
  ISSUER = "http://localhost:3000",
  CLIENT_ID = "",
  CLIENT_SECRET = "",
  API = "http://localhost:3200/",
} = process.env
const execute = ISSUER.startsWith("http:") ? [oidc.allowInsecureRequests] : []
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute })

const tokens = await oidc.clientCredentialsGrant(config, { scope: "invoices:read", resource: API })
const response = await oidc.fetchProtectedResource(config, tokens.access_token, new URL(API), "GET")
console.log(await response.text())
await oidc.tokenRevocation(config, tokens.access_token)
