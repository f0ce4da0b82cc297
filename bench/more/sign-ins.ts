import { setTimeout as sleep } from "node:timers/promises"
import type { Sample } from "../load/drive"
import { measure } from "../load/measure"
import { cores, pinThisProcess } from "../pinning"
import { median, summarize } from "../results"
import { factor, formatTable, milliseconds, whole } from "../table"
import type { Target } from "../targets/target"
import { type Bench, databaseName, type Section } from "./bench"
import { type SignInCounts, startSignIns } from "./sign-in-load"

const concurrency = 16
const perSecond = 20
const env = { SIGN_IN_ATTEMPTS_PER_ACCOUNT: "1000000", SIGN_IN_ATTEMPTS_PER_ADDRESS: "1000000" }

type Case = { processes: number; without: Sample[]; beside: Sample[]; signIns: SignInCounts[] }

/** Introspection with and without sign-ins running beside it. */
export async function measureSignIns(bench: Bench): Promise<Section> {
  const { rounds, short, seconds } = bench.options
  const pinned = pinThisProcess(cores.generator)
  // Long enough for the queue of passwords to fill.
  const leadSeconds = short ? 0.5 : 6
  const roundSeconds = seconds ?? 5
  const cases: Case[] = []
  for (const processes of [1, 2]) {
    const name = `sign-ins-${processes}`
    const label = `OAuth Flow, PROCESSES=${processes}`
    const target = await bench.start({ name, label, everywhere: true, env: { ...env, PROCESSES: String(processes) } })
    cases.push({ processes, ...(await runCase(target, { rounds, leadSeconds, seconds: roundSeconds, short })) })
    await bench.stop()
  }
  return {
    title: "Introspection while people sign in",
    caption:
      `Introspection of valid tokens, ${concurrency} in parallel, alone and during ${perSecond} sign-ins a second. A sign-in is ` +
      `a GET of the page and a POST of its form with the correct password (bcrypt, cost 12), started on schedule whether ` +
      "earlier ones are finished or not. Two threads check passwords and 64 more may wait; the rest are refused. " +
      `The server is on ${databaseName(bench.options)} and may use every processor; the load generator uses the same ones` +
      `${pinned ? ", pinned to one of them" : ""}. Medians of ${rounds} alternating rounds of ${roundSeconds} s; with ` +
      `sign-ins, each round starts after ${leadSeconds} s of sign-ins alone, and these are counted too.`,
    tables: [
      formatTable(
        ["Introspection", "Requests/s", "p50, ms", "p99, ms", "Load generator busy"],
        cases.flatMap(formatCase),
      ),
      formatTable(
        ["Sign-ins", "Started", "Signed in", "Refused as surplus", "Failed", "Time to sign in, p50, ms"],
        cases.map(formatSignIns),
      ),
    ],
    data: cases,
  }
}

type CaseOptions = { rounds: number; leadSeconds: number; seconds: number; short: boolean }

async function runCase(
  target: Target,
  { rounds, leadSeconds, seconds, short }: CaseOptions,
): Promise<Omit<Case, "processes">> {
  const origin = `http://127.0.0.1:${target.port}`
  const amount = { tokens: short ? 16 : 256, prepareSeconds: 0 }
  const introspection = { target, operation: "introspect", format: "jwt", concurrency, seconds, ...amount } as const
  const found: Omit<Case, "processes"> = { without: [], beside: [], signIns: [] }
  const alone = async () => void found.without.push(await measure(introspection))
  const beside = async () => {
    const signIns = startSignIns(origin, perSecond)
    await sleep(leadSeconds * 1000)
    found.beside.push(await measure(introspection))
    found.signIns.push(await signIns.finish())
  }
  await measure({ ...introspection, seconds: Math.min(seconds, 0.5) })
  for (let round = 0; round < rounds; round++) {
    const turns = round % 2 === 0 ? [alone, beside] : [beside, alone]
    for (const turn of turns) await turn()
    const [without, other] = [found.without.at(-1), found.beside.at(-1)].map((sample) => Math.round(sample?.rps ?? 0))
    console.error(`${target.label}: ${without}/s alone, ${other}/s during ${JSON.stringify(found.signIns.at(-1))}`)
  }
  return found
}

function formatCase({ processes, without, beside }: Case): string[][] {
  const [first, second] = [summarize(without), summarize(beside)]
  const line = (label: string, { rps, p50, p99 }: typeof first, samples: Sample[]) => [
    `PROCESSES=${processes}, ${label}`,
    whole.format(rps),
    milliseconds(p50),
    milliseconds(p99),
    `${Math.round(median(samples.map(({ generatorBusy }) => generatorBusy)) * 100)} %`,
  ]
  const ratios = [second.rps / first.rps, second.p50 / first.p50, second.p99 / first.p99]
  return [
    line("alone", first, without),
    line("during sign-ins", second, beside),
    [`PROCESSES=${processes}, during ÷ alone`, ...ratios.map(factor), ""],
  ]
}

function formatSignIns({ processes, signIns }: Case): string[] {
  const sum = (pick: (counts: SignInCounts) => number) => whole.format(signIns.reduce((n, each) => n + pick(each), 0))
  return [
    `PROCESSES=${processes}`,
    sum(({ started }) => started),
    sum(({ signedIn }) => signedIn),
    sum(({ surplus }) => surplus),
    sum(({ failed }) => failed),
    milliseconds(median(signIns.map(({ p50 }) => p50))),
  ]
}
