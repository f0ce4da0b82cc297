import { randomBytes } from "node:crypto"
import { hashToken } from "@/lib/protocol/random"
import {
  type Answer,
  describeStatus,
  type Finding,
  failed,
  type Metadata,
  ok,
  parseObject,
  send,
  warning,
} from "./finding"

/** Starts a sign-in as a client that registers itself, where anyone can, and deletes the client again. */
export async function checkSignIn(metadata: Metadata): Promise<Finding> {
  const check = "Sign-in and cookies"
  const { registration_endpoint, issuer } = metadata
  const isHttps = String(issuer).startsWith("https:")
  if (!isHttps && !["localhost", "127.0.0.1", "[::1]"].includes(new URL(String(issuer)).hostname)) {
    return failed(
      check,
      "The issuer is http. Browsers withhold cookies, and clients refuse it.",
      "Put the server behind a proxy with TLS.",
    )
  }
  if (registration_endpoint === undefined) {
    return warning(check, "Not checked: it needs a client, and clients cannot register themselves here.", "")
  }
  const redirect_uri = "http://127.0.0.1/doctor"
  const registration = { client_name: "doctor", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" }
  const headers = { "Content-Type": "application/json" }
  const init = { method: "POST", headers, body: JSON.stringify(registration) }
  const registered = await send(String(registration_endpoint), init).catch(() => null)
  if (registered?.status !== 201) {
    return warning(
      check,
      "Not checked: the registration of a client was refused.",
      "To check it too, set REGISTRATION=open while the doctor runs.",
    )
  }
  const client = parseObject(registered.text)
  const answer = await startSignIn(metadata, String(client.client_id), redirect_uri)
  const bearer = { Authorization: `Bearer ${client.registration_access_token}` }
  await send(String(client.registration_client_uri), { method: "DELETE", headers: bearer }).catch(() => null)
  const cookies = answer?.headers.getSetCookie() ?? []
  if (answer?.status !== 303 || !answer.headers.get("location")?.startsWith(String(issuer))) {
    return failed(
      check,
      `The authorization request got ${describeStatus(answer)} instead of a redirect to the sign-in page.`,
      "Configure the proxy to pass on redirects, and to accept response headers of 4 KB.",
    )
  }
  return cookies.some((cookie) => !isHttps || (cookie.startsWith("__Host-") && /; *secure/i.test(cookie)))
    ? ok(check, "A sign-in starts, and its cookie arrives.")
    : failed(
        check,
        "The cookie of the sign-in is missing or was changed.",
        "Let the proxy pass Set-Cookie on unchanged.",
      )
}

async function startSignIn(
  { authorization_endpoint }: Metadata,
  client_id: string,
  redirect_uri: string,
): Promise<Answer | null> {
  const verifier = randomBytes(32).toString("base64url")
  const code_challenge = hashToken(verifier)
  const state = randomBytes(1_000).toString("base64url").slice(0, 1_000)
  const request = {
    client_id,
    redirect_uri,
    response_type: "code",
    scope: "openid",
    state,
    code_challenge,
    code_challenge_method: "S256",
  }
  return send(`${authorization_endpoint}?${new URLSearchParams(request)}`).catch(() => null)
}
