import path from "node:path"
import { findFreePort } from "@/lib/testing/free-port"
import { clientJwks } from "../load/callers"
import { redirectUri, resource } from "../load/requests"
import { startRepeatedly } from "../processes"
import { Browser } from "./browser"
import { basic, operationNames, type Target } from "./target"

type PeerOptions = {
  /** The folder for the database and the log. */
  directory: string
  /** The cold start is the median of this many starts. */
  starts: number
}

type Peer = Pick<Target, "label" | "paths" | "scope" | "refreshScope" | "formats" | "ownFormat" | "operations"> & {
  /** The file in bench/servers. */
  file: string
  env?: Record<string, string>
  /** Signs the user in. @returns the cookies */
  signIn(origin: string): Promise<string>
}

const keyClientId = "bench-with-key"
const client = { id: "bench", secret: "the-secret-of-the-client-of-the-bench-0123456789" }
const person = { email: "person@example.com", password: "the password of the person of the bench" }

const oidcProvider: Omit<Peer, "label"> = {
  file: "oidc-provider.mjs",
  paths: {
    authorize: "/auth",
    token: "/token",
    introspect: "/token/introspection",
    revoke: "/token/revocation",
    jwks: "/jwks",
    discovery: "/.well-known/openid-configuration",
  },
  scope: "openid%20api",
  refreshScope: "api",
  formats: ["jwt", "opaque"],
  ownFormat: "opaque",
  operations: operationNames,
  async signIn(origin) {
    const browser = new Browser(origin)
    const challenge = "A".repeat(43)
    const query = `client_id=${client.id}&redirect_uri=${encodeURIComponent(redirectUri)}&response_type=code`
    const parameters = `${query}&scope=openid&code_challenge=${challenge}&code_challenge_method=S256`
    const response = await browser.follow(`/auth?${parameters}`)
    if (!response.headers.get("location")?.includes("code=")) throw new Error(`no sign-in: ${await response.text()}`)
    return browser.cookie
  },
}

/** The peers, by their names for --only. */
export const peers: Record<string, Peer> = {
  "oidc-memory": { ...oidcProvider, label: "oidc-provider, memory", env: { ADAPTER: "memory" } },
  "oidc-sqlite": { ...oidcProvider, label: "oidc-provider, SQLite", env: { ADAPTER: "sqlite" } },
  "better-auth": {
    file: "better-auth.mjs",
    label: "better-auth, SQLite",
    paths: {
      authorize: "/api/auth/oauth2/authorize",
      token: "/api/auth/oauth2/token",
      introspect: "/api/auth/oauth2/introspect",
      revoke: "/api/auth/oauth2/revoke",
      jwks: "/api/auth/jwks",
      discovery: "/api/auth/.well-known/openid-configuration",
    },
    scope: "openid%20offline_access",
    refreshScope: "offline_access",
    formats: ["jwt", "opaque"],
    ownFormat: "opaque",
    // DPoP and private_key_jwt are compared with oidc-provider alone.
    operations: ["introspect", "refresh", "flow", "revoke", "jwks", "discovery"],
    async signIn(origin) {
      const browser = new Browser(origin)
      const headers = { "Content-Type": "application/json", Origin: origin }
      const init = { method: "POST", headers, body: JSON.stringify(person) }
      const response = await browser.fetch("/api/auth/sign-in/email", init)
      if (response.status !== 200) throw new Error(`no sign-in: ${await response.text()}`)
      return browser.cookie
    },
  },
  floor: {
    file: "floor.mjs",
    label: "bare node:http",
    paths: {
      authorize: "",
      token: "/token",
      introspect: "/introspect",
      revoke: "",
      jwks: "/jwks",
      discovery: "/.well-known/openid-configuration",
    },
    scope: "",
    refreshScope: "",
    formats: ["jwt"],
    ownFormat: "jwt",
    operations: ["introspect", "refresh", "jwks", "discovery"],
    signIn: async () => "",
  },
}

/** Starts a peer with the same client and user as all others. @param name a key of `peers` */
export async function startPeer(name: string, { directory, starts }: PeerOptions): Promise<Target> {
  const { file, env, signIn, ...facts } = peers[name] as Peer
  const port = await findFreePort()
  const origin = `http://127.0.0.1:${port}`
  const command = {
    // Plain JavaScript, so that a TypeScript loader does not count as the peer's memory and time.
    args: [`bench/servers/${file}`],
    env: {
      PORT: String(port),
      ISSUER: origin,
      DATABASE_FILE: path.join(directory, `${name}.db`),
      SECRET: "a secret for one run of the benchmark, of no other use",
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
      KEY_CLIENT_ID: keyClientId,
      KEY_CLIENT_JWKS: JSON.stringify(clientJwks),
      REDIRECT_URI: redirectUri,
      RESOURCE: resource,
      EMAIL: person.email,
      PASSWORD: person.password,
      ...env,
    },
    discoveryUrl: origin + facts.paths.discovery,
    logFile: path.join(directory, `${name}.log`),
  }
  const server = await startRepeatedly(command, starts)
  const clientAuthorization = basic(client.id, client.secret)
  return {
    name,
    port,
    clientId: client.id,
    keyClientId,
    clientAuthorization,
    cookie: await signIn(origin),
    ...facts,
    ...server,
  }
}
