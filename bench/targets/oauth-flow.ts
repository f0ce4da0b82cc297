import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import path from "node:path"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { clientJwks } from "../load/callers"
import { redirectUri } from "../load/requests"
import { cores } from "../pinning"
import { type ServerCommand, type ServerProcess, startRepeatedly } from "../processes"
import { person, signIn } from "./sign-in"
import { basic, operationNames, type Target } from "./target"

export type OAuthFlowOptions = {
  name: string
  label: string
  databaseUrl: string
  /** Extra settings. */
  env: Record<string, string>
  /** The folder of another build; this project by default. */
  version?: string
  /** The folder for the log. */
  directory: string
  /** The cold start is the median of this many starts. */
  starts: number
  /** Whether it may use every processor. By default it is pinned to the servers' one. */
  everywhere?: boolean
  /** How many servers use the database; 1 by default. */
  instances?: number
  /** Whether to register a client with a key too. The first versions cannot. */
  withKeyClient?: boolean
}

/** Starts OAuth Flow as `npm start` does, with a first-party client and a signed-in user. */
export async function startOAuthFlow(options: OAuthFlowOptions): Promise<Target> {
  const port = await findFreePort()
  const origin = `http://127.0.0.1:${port}`
  const env = {
    PORT: String(port),
    HOST: "127.0.0.1",
    ISSUER: origin,
    DATABASE_URL: options.databaseUrl,
    SECRET: "a secret for one run of the benchmark, of no other use",
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
  let clients: ReturnType<typeof createRows> | undefined
  const server = await startRepeatedly(command, options.starts, () => {
    clients = createRows(folder, env, options)
  })
  const instances: Instance[] = [{ ...server, port }]
  async function stop(): Promise<void> {
    for (const instance of instances) await instance.stop()
  }
  let cookie: string
  try {
    while (instances.length < (options.instances ?? 1)) instances.push(await startInstance(command))
    cookie = (await signIn(origin)).cookie
  } catch (error) {
    await stop()
    throw error
  }
  if (!clients) throw new Error("The server was not started.")
  const { client_id, client_secret } = clients.withSecret
  return {
    name: options.name,
    label: options.label,
    port,
    paths: {
      authorize: "/authorize",
      token: "/token",
      introspect: "/introspect",
      revoke: "/revoke",
      jwks: "/jwks",
      discovery: "/.well-known/openid-configuration",
    },
    clientId: client_id,
    keyClientId: clients.withKey?.client_id ?? "",
    clientAuthorization: basic(client_id, client_secret),
    cookie,
    scope: "openid",
    refreshScope: "",
    formats: ["jwt"],
    ownFormat: "jwt",
    operations: operationNames,
    coldStartMs: server.coldStartMs,
    otherPorts: instances.slice(1).map((instance) => instance.port),
    memory: () => instances.reduce((total, { memory }) => total + memory(), 0),
    stop,
  }
}

type Instance = ServerProcess & { port: number }

/** Starts another instance, on another port with the same issuer. */
async function startInstance(command: ServerCommand): Promise<Instance> {
  const port = await findFreePort()
  const env = { ...command.env, PORT: String(port) }
  const discoveryUrl = `http://127.0.0.1:${port}/.well-known/openid-configuration`
  return { ...(await startRepeatedly({ ...command, env, discoveryUrl }, 0)), port }
}

type Registered = { client_id: string; client_secret: string }

/** Creates the clients and the user with the CLI. */
function createRows(folder: string, env: Record<string, string>, { directory, withKeyClient }: OAuthFlowOptions) {
  const userArgs = ["user", "create", "--email", person.email, "--password-stdin"]
  runCli(folder, userArgs, env, `${person.password}\n`)
  const facts = ["--name", "Bench", "--redirect-uri", redirectUri, "--first-party"]
  const clientArgs = ["client", "create", ...facts, "--id-token-signed-response-alg", "ES256", "--json"]
  const create = (...more: string[]) => JSON.parse(runCli(folder, [...clientArgs, ...more], env)) as Registered
  const jwksFile = path.join(directory, "jwks.json")
  writeFileSync(jwksFile, JSON.stringify(clientJwks))
  return {
    withSecret: create(),
    withKey: withKeyClient ? create("--token-endpoint-auth-method", "private_key_jwt", "--jwks-file", jwksFile) : null,
  }
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
