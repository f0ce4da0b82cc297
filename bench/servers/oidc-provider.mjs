// The peer oidc-provider. ADAPTER chooses where it keeps its state: "memory" is its own in-memory adapter, "sqlite" a
// durable one.
import { generateKeyPairSync, randomUUID } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { accessTokenSeconds, client, databaseFile, issuer, keyClient, person, port, resource } from "./settings.mjs"

// oidc-provider uses this method of Node 22.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null)
const { default: Provider } = await import("oidc-provider")

const clientMetadata = {
  redirect_uris: [client.redirectUri],
  grant_types: ["authorization_code", "refresh_token"],
  id_token_signed_response_alg: "ES256",
}

const provider = new Provider(issuer, {
  adapter: await chooseAdapter(process.env.ADAPTER),
  jwks: { keys: [readKey()] },
  clients: [
    {
      ...clientMetadata,
      client_id: client.id,
      client_secret: client.secret,
      token_endpoint_auth_method: "client_secret_basic",
    },
    {
      ...clientMetadata,
      client_id: keyClient.id,
      jwks: keyClient.jwks,
      token_endpoint_auth_method: "private_key_jwt",
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
  scopes: ["openid", "api"],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  expiresWithSession: () => false,
  features: {
    devInteractions: { enabled: false },
    dPoP: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "",
        audience: resource,
        accessTokenTTL: accessTokenSeconds,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  ttl: {
    AccessToken: accessTokenSeconds,
    AuthorizationCode: 60,
    Grant: 14 * 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 14 * 86400,
    Session: 14 * 86400,
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  // Skips the consent page. Each flow gets its own grant, as with the other servers: revoking its tokens must not affect
  // the next flow.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope("openid api")
    await grant.save()
    return grant
  },
})

const handle = provider.callback()
const { createServer } = await import("node:http")
createServer((request, response) => {
  if (request.url?.startsWith("/interaction/")) signIn(request, response)
  else handle(request, response)
}).listen(port, "127.0.0.1")

/** Signs every visitor in: the sign-in itself is not measured. */
async function signIn(request, response) {
  await provider.interactionFinished(request, response, { login: { accountId: person.email } })
}

async function chooseAdapter(name) {
  if (name === "sqlite") return (await import("./oidc-sqlite-adapter.mjs")).createSqliteAdapter(databaseFile)
  const { default: MemoryAdapter } = await import("oidc-provider/lib/adapters/memory_adapter.js")
  const { default: Lru } = await import("oidc-provider/lib/helpers/lru.js")
  // The default store evicts entries after 1,000; a run creates fewer than ten million.
  const store = new Lru({ maxSize: 10_000_000 })
  return (model) => new MemoryAdapter(model, store, 15)
}

/** The signing key, kept beside the database so that it survives a restart. */
function readKey() {
  const file = `${databaseFile}.jwk`
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const facts = { use: "sig", alg: "ES256", kid: randomUUID() }
    writeFileSync(file, JSON.stringify({ ...privateKey.export({ format: "jwk" }), ...facts }), { mode: 0o600 })
  }
  return JSON.parse(readFileSync(file, "utf8"))
}
