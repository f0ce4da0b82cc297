// The peer better-auth with its plugin @better-auth/oauth-provider, on SQLite.
import http from "node:http"
import { oauthProvider } from "@better-auth/oauth-provider"
import { betterAuth } from "better-auth"
import { getMigrations } from "better-auth/db/migration"
import { toNodeHandler } from "better-auth/node"
import { jwt } from "better-auth/plugins"
import { accessTokenSeconds, client, databaseFile, issuer, person, port, resource } from "./settings.mjs"
import { openSqlite } from "./sqlite.mjs"

const database = openSqlite(databaseFile)
const options = {
  database,
  baseURL: issuer,
  secret: process.env.SECRET,
  logger: { disabled: true },
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  // The jwt plugin has its own token endpoint. Its documentation recommends turning it off beside oauthProvider.
  disabledPaths: ["/token"],
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: "ES256" } }, disableSettingJwtHeader: true }),
    oauthProvider({
      loginPage: "/login",
      consentPage: "/consent",
      scopes: ["openid", "offline_access"],
      accessTokenExpiresIn: accessTokenSeconds,
      cachedTrustedClients: new Set([client.id]),
      resources: [resource],
      cachedResources: new Set([resource]),
      enforcePerClientResources: false,
      generateClientId: () => client.id,
      generateClientSecret: () => client.secret,
    }),
  ],
}

// The first start creates the tables.
if (!database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'oauthClient'").get()) {
  await (await getMigrations(options)).runMigrations()
}
const auth = betterAuth(options)
// Only a signed-in user can create a client.
if (!database.prepare("SELECT 1 FROM oauthClient").get()) {
  const signedUp = await auth.api.signUpEmail({ body: { ...person, name: "Bench" }, asResponse: true })
  const cookie = signedUp.headers.getSetCookie().map((line) => line.split(";")[0])
  await auth.api.adminCreateOAuthClient({
    body: {
      client_name: "Bench",
      redirect_uris: [client.redirectUri],
      scope: "openid offline_access",
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "client_secret_basic",
      skip_consent: true,
      require_pkce: true,
    },
    headers: new Headers({ cookie: cookie.join("; ") }),
  })
}
http.createServer(toNodeHandler(auth)).listen(port, "127.0.0.1")
