import { createHash } from "node:crypto"
import { chromium } from "playwright"
import { ensureChromium, launchArgs } from "@/e2e/fixtures/browser"
import { redirectUri } from "../load/requests"
import { pinThisProcess } from "../pinning"
import { median } from "../results"
import { formatTable, whole } from "../table"
import type { Target } from "../targets/target"
import type { Bench, Section } from "./bench"
import { signInWithoutScripts, type Visit, visitPage } from "./page-visit"

/** The budget of the sign-in page: chosen, not measured. */
const budget = { requests: 15, bytes: 400_000 }

/** The sign-in page on a slow connection and a slow processor. */
export async function measurePages(bench: Bench): Promise<Section> {
  const { rounds } = bench.options
  pinThisProcess(null)
  const target = await bench.start({ name: "pages", label: "OAuth Flow", everywhere: true })
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: launchArgs,
    // bench/more.ts handles the signals.
    handleSIGINT: false,
    handleSIGTERM: false,
  })
  bench.stopLater({ stop: () => browser.close() })
  const url = authorizeUrl(target)
  await signInWithoutScripts(browser, url)
  await visitPage(browser, url)
  const visits: Visit[] = []
  for (let round = 0; round < rounds; round++) {
    const visit = await visitPage(browser, url)
    console.error(JSON.stringify(visit))
    visits.push(visit)
  }
  return {
    title: "The sign-in page",
    caption:
      `From the authorization endpoint to the sign-in page with its state token, in Chromium ${browser.version()} with an ` +
      "empty cache, at 1.6 Mbit/s down, 750 kbit/s up, 150 ms latency and a processor slowed down 4 times; HTTP/1.1 without " +
      `TLS; medians of ${rounds} visits. Bytes include headers; requests and bytes include the redirect. ` +
      "Times start with the navigation. The form is usable once both fields and the button are painted: it is posted " +
      "without scripts, which this run checked with scripts turned off. Scripts have run when the page is first idle " +
      "after its load event. The budget was chosen, not measured.",
    tables: [
      formatTable(["Transferred", "Sign-in page", "Budget"], formatBytes(visits)),
      formatTable(["Time, ms", "Sign-in page"], formatTimes(visits)),
    ],
    data: { budget, visits },
  }
}

function authorizeUrl(target: Target): string {
  const query = new URLSearchParams({
    client_id: target.clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    state: "bench",
    code_challenge: createHash("sha256").update("the verifier of a code that is never redeemed").digest("base64url"),
    code_challenge_method: "S256",
  })
  return `http://127.0.0.1:${target.port}${target.paths.authorize}?${query}`
}

function formatBytes(visits: Visit[]): string[][] {
  const kilobytes = (read: (bytes: Visit["bytes"]) => number) =>
    (median(visits.map(({ bytes }) => read(bytes))) / 1000).toFixed(1)
  const sum = (bytes: Visit["bytes"]) => Object.values(bytes).reduce((total, some) => total + some, 0)
  return [
    ["Requests", whole.format(median(visits.map(({ requests }) => requests))), String(budget.requests)],
    ["All, kB", kilobytes(sum), whole.format(budget.bytes / 1000)],
    ["Document, kB", kilobytes(({ document }) => document), ""],
    ["Stylesheets, kB", kilobytes(({ stylesheet }) => stylesheet), ""],
    ["Scripts, kB", kilobytes(({ script }) => script), ""],
    ["Images, kB", kilobytes(({ image }) => image), ""],
    ["Other, kB", kilobytes(({ other }) => other), ""],
  ]
}

function formatTimes(visits: Visit[]): string[][] {
  const time = (read: (visit: Visit) => number) => whole.format(median(visits.map(read)))
  return [
    ["First contentful paint", time(({ paint }) => paint)],
    ["Form usable", time(({ form }) => form)],
    ["Scripts have run", time(({ scripts }) => scripts)],
  ]
}
