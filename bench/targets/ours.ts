import { spawnSync } from "node:child_process"
import path from "node:path"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { redirectUri } from "../load/requests"
import { cores } from "../pinning"
import { startRepeatedly } from "../processes"
import { person, signIn } from "./sign-in"
import { basic, operationNames, type Target } from "./target"

export type OursOptions = {
  name: string
  label: string
  databaseUrl: string
  /** Settings beside those that the bench needs. */
  env: Record<string, string>
  /** Another version of it, built in this folder; this one by default. */
  version?: string
  /** A folder for the log. */
  directory: string
  /** How many starts the cold start is the median of. */
  starts: number
  /** Whether it may use every processor; else it is kept on the servers' one. */
  everywhere?: boolean
}

/** Starts OAuth Flow as `npm start` does, with a first-party client and a person who is signed in. */
export async function startOurs(options: OursOptions): Promise<Target> {
  const port = await findFreePort()
  const origin = `http://127.0.0.1:${port}`
  const env = {
    PORT: String(port),
    HOST: "127.0.0.1",
    ISSUER: origin,
    DATABASE_URL: options.databaseUrl,
    SECRET: "a secret that guards nothing: the server lives for one run of the bench",
    LOG_LEVEL: "silent",
    PROCESSES: "1",
    ACCESS_TOKEN_SECONDS: "3600",
    ...options.env,
  }
  const folder = options.version ?? root
  const command = {
    folder,
    args: ["lib/server/launch.mjs"],
    env,
    discoveryUrl: `${origin}/.well-known/openid-configuration`,
    logFile: path.join(options.directory, `${options.name}.log`),
    core: options.everywhere ? null : cores.servers,
  }
  let client = { client_id: "", client_secret: "" }
  const server = await startRepeatedly(command, options.starts, () => {
    client = createRows(folder, env)
  })
  const { client_id, client_secret } = client
  const { cookie } = await signIn(origin)
  return {
    name: options.name,
    label: options.label,
    port,
    paths: {
      authorize: "/authorize",
      token: "/token",
      introspect: "/introspect",
      refresh: "/token",
      flow: "/authorize",
      revoke: "/revoke",
      jwks: "/jwks",
      discovery: "/.well-known/openid-configuration",
    },
    clientId: client_id,
    clientAuthorization: basic(client_id, client_secret),
    cookie,
    scope: "openid",
    refreshScope: "",
    formats: ["jwt"],
    ownFormat: "jwt",
    operations: operationNames,
    ...server,
  }
}

/** Registers the client and makes the person, with the commands that the operator has. */
function createRows(folder: string, env: Record<string, string>): { client_id: string; client_secret: string } {
  const userArgs = ["user", "create", "--email", person.email, "--password-stdin"]
  runCli(folder, userArgs, env, `${person.password}\n`)
  const facts = ["--name", "Bench", "--redirect-uri", redirectUri, "--first-party"]
  const clientArgs = ["client", "create", ...facts, "--id-token-signed-response-alg", "ES256", "--json"]
  return JSON.parse(runCli(folder, clientArgs, env)) as { client_id: string; client_secret: string }
}

function runCli(folder: string, args: string[], env: Record<string, string>, input = ""): string {
  const { PATH, HOME } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ["lib/cli/launch.mjs", ...args], {
    cwd: folder,
    env: { PATH, HOME, NODE_ENV: "production", ...env },
    input,
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`npm run cli -- ${args.slice(0, 2).join(" ")} failed:\n${stderr}${stdout}`)
  return stdout
}
