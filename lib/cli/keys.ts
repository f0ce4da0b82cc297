import { type Command, Option } from "commander"
import type { SigningAlg } from "@/lib/data/signing-keys"
import {
  activationDelaySeconds,
  describeSigningKeys,
  rotateSigningKey,
  signingAlgs,
  withdrawSigningKeys,
} from "@/lib/keys/signing-keys"
import { type Answer, action } from "./action"
import { formatTable, toSeconds, toText } from "./text"

type Options = { alg?: SigningAlg; now?: boolean; json?: boolean }

export function addKeysCommands(program: Command): void {
  const keys = program.command("keys").description("list and rotate the signing keys")

  keys
    .command("list")
    .description("list the signing keys")
    .option("--json", "print one JSON object")
    .action(action(list))

  keys
    .command("rotate")
    .description(
      `make a new signing key of each algorithm. It is published at once and signs in ${activationDelaySeconds} seconds, ` +
        "when every copy of /jwks has it; the one before stays published while its signatures live",
    )
    .addOption(new Option("--alg <alg>", "of this algorithm only").choices(signingAlgs))
    .option(
      "--now",
      "sign with it at once and withdraw the ones before, for a key that has leaked: all that those signed ends",
    )
    .option("--json", "print one JSON object")
    .action(action(rotate))
}

async function list(_options: Options): Promise<Answer> {
  return answer(await describeSigningKeys())
}

async function rotate({ alg, now }: Options): Promise<Answer> {
  // A minute ago, so that it is in force on machines whose clocks are behind, too.
  const activeFrom = new Date(Date.now() + (now ? -60 : activationDelaySeconds) * 1000)
  const made: string[] = []
  for (const each of alg ? [alg] : signingAlgs) {
    const { kid } = await rotateSigningKey(each, { activeFrom })
    if (now) await withdrawSigningKeys(each, kid)
    made.push(kid)
  }
  return answer((await describeSigningKeys()).filter(({ kid }) => made.includes(kid)))
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
      "There are no signing keys.",
    ),
  }
}
