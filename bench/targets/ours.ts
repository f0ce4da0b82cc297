import { spawnSync } from "node:child_process"
import path from "node:path"
import { findFreePort } from "@/e2e/fixtures/free-port"
import { root } from "@/e2e/fixtures/packages"
import { redirectUri } from "../load/requests"
import { startRepeatedly } from "../processes"
import { Browser } from "./browser"
import { basic, operationNames, type Target } from "./target"

type OursOptions = {
  name: string
  label: string
  databaseUrl: string
  /** Settings beside those that the bench needs. */
  env: Record<string, string>
  /** A folder for the log. */
  directory: string
  /** How many starts the cold start is the median of. */
  starts: number
}

const person = { email: "person@example.com", password: "the password of the person of the bench" }

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
  const command = {
    args: ["lib/server/launch.mjs"],
    env,
    discoveryUrl: `${origin}/.well-known/openid-configuration`,
    logFile: path.join(options.directory, `${options.name}.log`),
  }
  let client = { client_id: "", client_secret: "" }
  const server = await startRepeatedly(command, options.starts, () => {
    client = createRows(env)
  })
  const { client_id, client_secret } = client
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
    cookie: await signIn(origin),
    scope: "openid",
    refreshScope: "",
    formats: ["jwt"],
    ownFormat: "jwt",
    operations: operationNames,
    ...server,
  }
}

/** Registers the client and makes the person, with the commands that the operator has. */
function createRows(env: Record<string, string>): { client_id: string; client_secret: string } {
  const userArgs = ["user", "create", "--email", person.email, "--password-stdin"]
  runCli(userArgs, env, `${person.password}\n`)
  const facts = ["--name", "Bench", "--redirect-uri", redirectUri, "--first-party"]
  const clientArgs = ["client", "create", ...facts, "--id-token-signed-response-alg", "ES256", "--json"]
  return JSON.parse(runCli(clientArgs, env)) as { client_id: string; client_secret: string }
}

function runCli(args: string[], env: Record<string, string>, input = ""): string {
  const { PATH, HOME } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "lib/cli/main.ts", ...args], {
    cwd: root,
    env: { PATH, HOME, NODE_ENV: "production", ...env },
    input,
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`npm run cli -- ${args.slice(0, 2).join(" ")} failed:\n${stderr}${stdout}`)
  return stdout
}

const entities: Record<string, string> = { quot: '"', amp: "&", "#x27": "'", lt: "<", gt: ">" }
const decode = (text = "") => text.replace(/&(quot|amp|#x27|lt|gt);/g, (_, name: string) => entities[name] ?? "")
const attribute = (tag: string, name: string) => decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1])

/** Posts the sign-in form as a browser without scripts does. @returns the cookies */
async function signIn(origin: string): Promise<string> {
  const browser = new Browser(origin)
  const html = await (await browser.fetch("/sign-in")).text()
  const body = new FormData()
  for (const [tag] of html.matchAll(/<input [^>]*type="hidden"[^>]*>/g)) {
    body.append(attribute(tag, "name"), attribute(tag, "value"))
  }
  for (const [name, value] of Object.entries(person)) body.set(name, value)
  const headers = { Origin: origin, "Sec-Fetch-Site": "same-origin" }
  const response = await browser.fetch("/sign-in", { method: "POST", body, headers })
  if (response.status !== 303) throw new Error(`signing in was answered ${response.status}\n${await response.text()}`)
  return browser.cookie
}
