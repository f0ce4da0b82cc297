import type { Command } from "commander"
import { config } from "@/lib/config"
import { type Answer, action, addJsonOption, UsageError } from "./action"
import { examine } from "./doctor/examine"
import type { Finding } from "./doctor/finding"
import { plural } from "./text"

export function addDoctorCommand(program: Command): void {
  addJsonOption(program.command("doctor [issuer]"))
    .description("check a running server like well-known clients, and report what to fix; ISSUER by default")
    .action(action(run, { needsDatabase: false }))
}

async function run(issuer: string | undefined, _options: { json?: boolean }): Promise<Answer> {
  const examined = issuer ?? config().issuer
  if (!/^https?:\/\//.test(examined) || !URL.canParse(examined)) {
    throw new UsageError(`${JSON.stringify(examined)} is not a URL. Give the issuer, such as https://login.example.com`)
  }
  const findings = await examine(examined)
  const failed = findings.filter(({ status }) => status === "failed").length
  const summary = failed === 0 ? "No problem found." : `${plural(failed, "problem")} found.`
  return {
    json: { issuer: examined, findings },
    text: [...findings.map(format), "", summary].join("\n"),
    isFailure: failed > 0,
  }
}

const marks = { ok: "ok     ", warning: "warning", failed: "FAILED " }

function format({ check, status, found, fix }: Finding): string {
  return `${marks[status]}  ${check.padEnd(21)} ${found}${fix && `\n${" ".repeat(31)} Fix: ${fix}`}`
}
