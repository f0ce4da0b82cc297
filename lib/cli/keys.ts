import { type Command, Option } from "commander"
import { currentTime } from "@/lib/clock"
import type { SigningAlg } from "@/lib/data/signing-keys"
import {
  activationDelaySeconds,
  describeSigningKeys,
  rotateSigningKey,
  signingAlgs,
  withdrawSigningKeys,
} from "@/lib/keys/signing-keys"
import { type Answer, action, addJsonOption, addYesOption } from "./action"
import { confirm } from "./confirm"
import { formatTable, toSeconds, toText } from "./text"

type Options = { alg?: SigningAlg; now?: boolean; yes?: boolean; json?: boolean }

export function addKeysCommands(program: Command): void {
  const keys = program.command("keys").description("list and rotate the signing keys")

  addJsonOption(keys.command("list")).description("list the signing keys").action(action(list))

  addYesOption(addJsonOption(keys.command("rotate")))
    .description(
      `create a new signing key for each algorithm. It is published immediately and signs after ${activationDelaySeconds} ` +
        "seconds, when every cached copy of /jwks contains it; the previous key stays published for BROWSER_SESSION_SECONDS",
    )
    .addOption(new Option("--alg <alg>", "only for this algorithm").choices(signingAlgs))
    .option(
      "--now",
      "for a leaked key: sign with the new key immediately and invalidate everything that older keys signed",
    )
    .action(action(rotate))
}

async function list(_options: Options): Promise<Answer> {
  return answer(await describeSigningKeys())
}

async function rotate({ alg, now, yes }: Options): Promise<Answer> {
  if (now) await confirm("Invalidate all tokens that the current keys signed?", { yes })
  // A minute ago, so that it signs on machines with slow clocks too.
  const activeFrom = new Date(currentTime().getTime() + (now ? -60 : activationDelaySeconds) * 1000)
  const created: string[] = []
  for (const each of alg ? [alg] : signingAlgs) {
    const { kid } = await rotateSigningKey(each, { activeFrom })
    if (now) await withdrawSigningKeys(each, kid)
    created.push(kid)
  }
  return answer((await describeSigningKeys()).filter(({ kid }) => created.includes(kid)))
}

function answer(keys: Awaited<ReturnType<typeof describeSigningKeys>>): Answer {
  return {
    json: {
      keys: keys.map(({ kid, alg, state, activeFrom, createdAt }) => ({
        kid,
        alg,
        state,
        active_from: toSeconds(activeFrom),
        created_at: toSeconds(createdAt),
      })),
    },
    text: formatTable(
      ["KID", "ALG", "STATE", "SIGNS FROM"],
      keys.map(({ kid, alg, state, activeFrom }) => [kid, alg, state, toText(activeFrom)]),
      "No signing keys.",
    ),
  }
}
