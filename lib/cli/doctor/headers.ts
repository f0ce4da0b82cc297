import { randomBytes } from "node:crypto"
import { describeStatus, type Finding, failed, type Metadata, ok, trySend } from "./finding"

// None of these checks needs a client: the server answers with an error, a redirect to itself, or a form.

/** A proxy that drops the header makes every client_secret_basic client fail. */
export async function checkAuthorizationHeader({ token_endpoint }: Metadata): Promise<Finding> {
  const check = "Authorization header"
  const headers = { Authorization: `Basic ${btoa("doctor:doctor")}` }
  const body = new URLSearchParams({ grant_type: "authorization_code", code: "doctor" })
  const answer = await trySend(String(token_endpoint), { method: "POST", headers, body })
  if (answer?.status === 401 && !answer.text.includes("authentication is missing"))
    return ok(check, "It reaches the server.")
  return failed(
    check,
    answer?.status === 401
      ? "A proxy removes it, so clients with client_secret_basic get 401."
      : `POST ${token_endpoint} got ${describeStatus(answer)} instead of 401.`,
    "Configure the proxy to pass the Authorization header and POST requests on.",
  )
}

/** Characters: a little less than an authorization request may have (docs/decisions/021). */
const longRequest = 3_200

const randomText = (length: number) => randomBytes(length).toString("base64url").slice(0, length)

const longParameters = () =>
  new URLSearchParams({ client_id: "doctor", response_type: "code", state: randomText(longRequest) })

export async function checkLongRequests({ authorization_endpoint }: Metadata): Promise<Finding> {
  const check = "Long requests"
  const url = `${authorization_endpoint}?${longParameters()}`
  const answer = await trySend(url)
  return answer?.status === 400 && answer.headers.has("x-flow-id")
    ? ok(check, `A request of ${url.length} characters reaches the server.`)
    : failed(
        check,
        `A request of ${url.length} characters got ${describeStatus(answer)}. A proxy in front of the server limits its length.`,
        "Let the proxy accept request lines and headers of 8 KB (nginx: large_client_header_buffers).",
      )
}

/** The server answers a form that another site posted to /authorize with a redirect to the same request by GET. */
export async function checkLongResponses({ authorization_endpoint }: Metadata): Promise<Finding> {
  const check = "Long responses"
  const body = longParameters()
  const headers = { "Sec-Fetch-Site": "cross-site" }
  const answer = await trySend(String(authorization_endpoint), { method: "POST", headers, body })
  const location = answer?.headers.get("location") ?? ""
  return answer?.status === 303 && location === `${authorization_endpoint}?${body}`
    ? ok(check, `A redirect of ${location.length} characters arrives.`)
    : failed(
        check,
        answer?.wasRedirected
          ? `The redirect of POST ${authorization_endpoint} arrives changed: ${location.slice(0, 80)}`
          : `A response with a redirect of ${longRequest} characters got ${describeStatus(answer)}.`,
        "Let the proxy accept response headers of 8 KB (nginx: proxy_buffer_size), and pass on Location and Sec-Fetch-Site unchanged.",
      )
}

/** Characters. The server keeps up to 1,500 bytes of a form in its cookie. */
const longEmail = 1_400

/**
 * Posts the form of the sign-in page without a password. The server then verifies nothing and counts nothing: it sends the
 * browser back to the page, with a cookie that has what was typed.
 */
export async function checkCookies({ issuer }: Metadata): Promise<Finding> {
  const check = "Cookies"
  const email = `doctor-${randomText(longEmail)}`
  const headers = { Origin: String(issuer), "Sec-Fetch-Site": "same-origin" }
  const body = new URLSearchParams({ email, password: "" })
  const answer = await trySend(`${issuer}/sign-in/submit`, { method: "POST", headers, body })
  if (answer?.status === 403) {
    return failed(
      check,
      "The server refuses its own form, because Origin or Sec-Fetch-Site arrives changed.",
      "Let the proxy pass both headers on unchanged.",
    )
  }
  if (answer?.status !== 303) {
    return failed(
      check,
      `A form of the sign-in page got ${describeStatus(answer)}.`,
      "Configure the proxy to pass on forms, and to accept response headers of 8 KB (nginx: proxy_buffer_size).",
    )
  }
  const unchanged = "Let the proxy pass Set-Cookie on unchanged."
  const [cookie] = answer.headers.getSetCookie()
  if (!cookie) return failed(check, "The cookie of the sign-in page does not arrive.", unchanged)
  const changes = findCookieChanges(cookie, String(issuer).startsWith("https:"))
  if (changes.length > 0) {
    const found = `The cookie of the sign-in page arrives ${changes.join(", ")}. Browsers refuse it, or send it to others.`
    return failed(check, found, unchanged)
  }
  const page = await trySend(`${issuer}/sign-in`, { headers: { Cookie: toCookieHeader(answer.headers) } })
  return page?.text.includes(email)
    ? ok(check, `A form is accepted, and a cookie of ${cookie.length} characters arrives and returns.`)
    : failed(
        check,
        `A cookie of ${cookie.length} characters does not return to the server: the page got ${describeStatus(page)}.`,
        "Let the proxy pass the Cookie header on unchanged, and accept request headers of 8 KB.",
      )
}

/** What differs from the attributes that the server sets, in words. @param cookie a Set-Cookie header */
function findCookieChanges(cookie: string, isHttps: boolean): string[] {
  const [pair = "", ...present] = cookie.split(/; */)
  const has = (expected: string) => present.some((attribute) => attribute.toLowerCase() === expected.toLowerCase())
  const missing = ["Path=/", "HttpOnly", "SameSite=Lax", ...(isHttps ? ["Secure"] : [])].filter((name) => !has(name))
  const domain = present.find((attribute) => /^domain=/i.test(attribute))
  return [
    ...(isHttps && !pair.startsWith("__Host-") ? ["without the prefix __Host-"] : []),
    ...missing.map((name) => `without ${name}`),
    ...(domain ? [`with ${domain}`] : []),
  ]
}

/** The Cookie header that a browser sends back. */
export const toCookieHeader = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ")
