import type { Command } from "commander"
import { config } from "@/lib/config"
import { type Answer, action, addJsonOption, UsageError } from "./action"
import { examine } from "./doctor/examine"
import type { Finding } from "./doctor/finding"
import { isDocumentUrl, type SignInClient } from "./doctor/sign-in"
import { readPassword } from "./password"
import { plural } from "./text"

type Options = { clientId?: string; redirectUri?: string; initialAccessTokenStdin?: boolean; json?: boolean }

export function addDoctorCommand(program: Command): void {
  addJsonOption(program.command("doctor [issuer]"))
    .description("check a running server like well-known clients, and report what to fix; ISSUER by default")
    .option("--client-id <id>", "start a sign-in with this client; the ID can be the URL of its metadata")
    .option("--redirect-uri <uri>", "a redirect URI of this client")
    .option("--initial-access-token-stdin", "register with the token in the first line of standard input")
    .action(action(run, { needsDatabase: false }))
}

async function run(issuer: string | undefined, options: Options): Promise<Answer> {
  const examined = issuer ?? config().issuer
  if (!/^https?:\/\//.test(examined) || !URL.canParse(examined)) {
    throw new UsageError(`${JSON.stringify(examined)} is not a URL. Give the issuer, such as https://login.example.com`)
  }
  const client = parseClient(options)
  const initialAccessToken = options.initialAccessTokenStdin ? await readToken() : null
  const { server, clients } = await examine(examined, { client, initialAccessToken })
  const findings = [...server, ...clients]
  const count = (wanted: Finding["status"]) => findings.filter(({ status }) => status === wanted).length
  const [failed, warnings] = [count("failed"), count("warning")]
  const groups = [server, clients].filter((group) => group.length > 0).map((group) => group.map(format).join("\n"))
  return {
    json: { issuer: examined, findings },
    text: [...groups, summarize(failed, warnings)].join("\n\n"),
    isFailure: failed > 0,
  }
}

function summarize(failed: number, warnings: number): string {
  const problems = failed === 0 ? "No problem found" : `${plural(failed, "problem")} found`
  return `${problems}${warnings > 0 ? `, and ${plural(warnings, "warning")}` : ""}.`
}

/** @throws UsageError when an option is missing */
function parseClient({ clientId, redirectUri }: Options): SignInClient | null {
  if (clientId === undefined && redirectUri === undefined) return null
  if (!clientId) throw new UsageError("Add --client-id, with the ID of the client.")
  if (redirectUri === "" || (redirectUri === undefined && !isDocumentUrl(clientId))) {
    throw new UsageError("Add --redirect-uri, with a redirect URI that is registered for this client.")
  }
  return { clientId, redirectUri }
}

/** @throws UsageError without a token */
async function readToken(): Promise<string> {
  const token = (await readPassword(true)).trim()
  if (token !== "") return token
  throw new UsageError("There is no token on standard input. Create one with `client registration-token --reusable`.")
}

const marks = { ok: "ok     ", warning: "warning", failed: "FAILED " }

function format({ check, status, found, fix }: Finding): string {
  return `${marks[status]}  ${check.padEnd(21)} ${found}${fix && `\n${" ".repeat(31)} Fix: ${fix}`}`
}
