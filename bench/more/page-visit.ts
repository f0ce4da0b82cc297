import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Browser, CDPSession } from "playwright"
import { root } from "@/lib/testing/packages"
import { redirectUri } from "../load/requests"
import { person } from "../targets/sign-in"

const kinds = ["document", "stylesheet", "script", "image", "other"] as const
type Kind = (typeof kinds)[number]

export type Visit = {
  /** Redirects included. */
  requests: number
  /** Bytes transferred by kind: headers and compressed bodies. Redirects count as documents. */
  bytes: Record<Kind, number>
  /** First contentful paint. All times are milliseconds since the navigation started. */
  paint: number
  /** When both fields and the button are painted. They need no script. */
  form: number
  /** When the page is first idle after all scripts have loaded. */
  scripts: number
}

/** Lighthouse's "slow 4G": bytes per second, and milliseconds. */
const network = {
  offline: false,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
  latency: 150,
}
const slowdown = 4
/** Milliseconds without a request before the requests are counted. */
const quietMs = 500
/** Maximum wait for a page's times, in milliseconds. */
const maxWaitMs = 30_000

/** Opens a URL that leads to the sign-in page, with an empty cache, on a slow connection and a slow processor. */
export async function visitPage(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.addInitScript({ path: path.join(root, "bench/more/page-times.js") })
    const session = await context.newCDPSession(page)
    const traffic = await countTraffic(session)
    await session.send("Network.emulateNetworkConditions", network)
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown })
    await page.goto(url, { waitUntil: "load" })
    const times = await readTimes(session)
    await sleep(quietMs)
    return { ...traffic, ...times }
  } finally {
    await context.close()
  }
}

async function countTraffic(session: CDPSession): Promise<Pick<Visit, "requests" | "bytes">> {
  const traffic = { requests: 0, bytes: { document: 0, stylesheet: 0, script: 0, image: 0, other: 0 } }
  const types = new Map<string, Kind>()
  const toKind = (type: string | undefined) => kinds.find((kind) => kind === type?.toLowerCase()) ?? "other"
  session.on("Network.requestWillBeSent", ({ requestId, type, redirectResponse }) => {
    traffic.requests++
    types.set(requestId, toKind(type))
    traffic.bytes[toKind(type)] += redirectResponse?.encodedDataLength ?? 0
  })
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    traffic.bytes[types.get(requestId) ?? "other"] += encodedDataLength
  })
  await session.send("Network.enable")
  return traffic
}

const expression =
  '({ ...benchPageTimes, paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null })'

/** Waits until the page has all its times. */
async function readTimes(session: CDPSession): Promise<Pick<Visit, "paint" | "form" | "scripts">> {
  const until = performance.now() + maxWaitMs
  for (;;) {
    // Playwright's own methods evaluate inside the page, which the Content-Security-Policy forbids.
    const { result } = await session.send("Runtime.evaluate", { expression, returnByValue: true })
    const { form, idle, paint } = result.value as Record<"form" | "idle" | "paint", number | null>
    if (form !== null && idle !== null && paint !== null) return { paint, form: Math.max(form, paint), scripts: idle }
    if (performance.now() > until) throw new Error(`The page reported no times: ${JSON.stringify(result.value)}`)
    await sleep(50)
  }
}

/** Signs in without scripts, to show that the form needs none. @throws Error when this gives no code */
export async function signInWithoutScripts(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false })
  try {
    const page = await context.newPage()
    await page.route(`${redirectUri}**`, (route) => route.fulfill({ body: "" }))
    await page.goto(url)
    await page.fill('input[name="email"]', person.email)
    await page.fill('input[name="password"]', person.password)
    await page.click('form [type="submit"]')
    await page.waitForURL((there) => there.href.startsWith(redirectUri) && there.searchParams.has("code"))
  } finally {
    await context.close()
  }
}
