import type { Command } from "commander"
import { currentTime } from "@/lib/clock"
import { describeSecrets, recordSecrets, reencrypt, type SecretUse } from "@/lib/secret-rotation"
import { type Answer, action, addJsonOption } from "./action"
import { formatTable, plural, toSeconds, toText } from "./text"

export function addSecretCommands(program: Command): void {
  const secret = program.command("secret").description("rotate SECRET")
  addJsonOption(secret.command("list"))
    .description("list the secrets in SECRET, the newest first, and when the others can be removed")
    .action(action(list))
  addJsonOption(secret.command("reencrypt"))
    .description("re-encrypt stored values with the newest secret")
    .action(action(encryptAgain))
}

async function list(_options: { json?: boolean }): Promise<Answer> {
  const now = currentTime()
  const secrets = await describeSecrets(now)
  return {
    json: { secrets: toJson(secrets) },
    text: formatTable(
      ["ID", "PROTECTS", "LAST USED", "CAN BE REMOVED"],
      secrets.map(({ id, lastUsedAt, removableAt }) => [
        id,
        removableAt ? "older data" : "new data",
        toText(lastUsedAt),
        removableAt ? `after ${toText(removableAt)}` : "no",
      ]),
      "No secrets.",
    ),
  }
}

async function encryptAgain(_options: { json?: boolean }): Promise<Answer> {
  const now = currentTime()
  await recordSecrets(now)
  const { "signing-key": signingKeys, totp, provider, mail } = await reencrypt()
  const secrets = await describeSecrets(now)
  const older = secrets.filter(({ removableAt }) => removableAt !== null)
  const next = older.map(
    ({ id, removableAt }) => `The secret ${id} can be removed from SECRET after ${toText(removableAt ?? now)}.`,
  )
  return {
    json: {
      signing_keys: signingKeys,
      authenticator_apps: totp,
      providers: provider,
      emails: mail,
      secrets: toJson(secrets),
    },
    text: [
      `Re-encrypted: ${plural(signingKeys, "signing key")}, ${plural(totp, "authenticator app")}, ${plural(provider, "provider")} and ${plural(mail, "email")}.`,
      ...(older.length > 0 ? next : ["SECRET contains one secret. There is nothing to remove."]),
    ].join("\n"),
  }
}

const toJson = (secrets: SecretUse[]) =>
  secrets.map(({ id, lastUsedAt, removableAt }) => ({
    id,
    last_used_at: toSeconds(lastUsedAt),
    removable_at: removableAt && toSeconds(removableAt),
  }))
