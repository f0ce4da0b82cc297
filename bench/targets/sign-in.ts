import { Browser } from "./browser"

/** The user who signs in to OAuth Flow. */
export const person = { email: "person@example.com", password: "the password of the person of the bench" }

const entities: Record<string, string> = { quot: '"', amp: "&", "#x27": "'", lt: "<", gt: ">" }
const decode = (text = "") => text.replace(/&(quot|amp|#x27|lt|gt);/g, (_, name: string) => entities[name] ?? "")
const attribute = (tag: string, name: string) => decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1])

/**
 * Gets OAuth Flow's sign-in page and posts its form, as a new browser without scripts does.
 * @returns the cookies, and "busy" when the queue of passwords was full
 * @throws Error for every other response
 */
export async function signIn(origin: string): Promise<{ cookie: string; outcome: "signed in" | "busy" }> {
  const browser = new Browser(origin)
  const html = await (await browser.fetch("/sign-in")).text()
  const body = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input [^>]*type="hidden"[^>]*>/g)) {
    body.append(attribute(tag, "name"), attribute(tag, "value"))
  }
  for (const [name, value] of Object.entries(person)) body.set(name, value)
  const headers = { Origin: origin, "Sec-Fetch-Site": "same-origin" }
  const response = await browser.fetch("/sign-in/submit", { method: "POST", body, headers })
  const answer = await response.text()
  if (response.status === 503) return { cookie: browser.cookie, outcome: "busy" }
  const location = new URL(response.headers.get("location") ?? "/unknown", origin).pathname
  if (response.status !== 303 || location !== "/") {
    throw new Error(`The sign-in returned ${response.status} ${location}\n${answer}`)
  }
  return { cookie: browser.cookie, outcome: "signed in" }
}
