import { randomBytes } from "node:crypto"
import { hashToken } from "@/lib/protocol/random"
import {
  type Answer,
  describeStatus,
  type Finding,
  failed,
  findDescription,
  type Metadata,
  ok,
  parseObject,
  trySend,
  warning,
} from "./finding"
import { toCookieHeader } from "./headers"

const check = "Sign-in"

/** A client to start a sign-in with. Without `redirectUri`, the ID is the URL of the client's metadata, which has it. */
export type SignInClient = { clientId: string; redirectUri?: string }

/** Whether a client ID is the URL of the client's metadata. */
export const isDocumentUrl = (clientId: string) => clientId.startsWith("https://")

/**
 * Starts a sign-in, as far as that is possible without a user.
 * @param client null when there is none
 */
export async function checkSignIn(metadata: Metadata, client: SignInClient | null): Promise<Finding> {
  if (client === null) {
    return warning(
      check,
      "Not started, because it needs a client.",
      "Add --client-id and --redirect-uri of one of your clients (client list).",
    )
  }
  const { clientId } = client
  if (isDocumentUrl(clientId) && metadata.client_id_metadata_document_supported !== true) {
    return failed(
      check,
      "The server accepts no URL as a client_id.",
      "Set CLIENT_ID_METADATA_DOCUMENTS=on at the server.",
    )
  }
  if (client.redirectUri !== undefined) return start(metadata, clientId, client.redirectUri)
  const document = await trySend(clientId)
  const [redirectUri] = [parseObject(document?.text ?? "").redirect_uris].flat()
  return typeof redirectUri === "string"
    ? start(metadata, clientId, redirectUri)
    : failed(
        check,
        `GET ${clientId} got ${describeStatus(document)}, and no metadata of a client.`,
        "Check the URL. If only the server can reach it, add --redirect-uri.",
      )
}

async function start(metadata: Metadata, clientId: string, redirectUri: string): Promise<Finding> {
  const answer = await requestAuthorization(metadata, clientId, redirectUri)
  const refusal = findRefusal(answer, redirectUri)
  if (refusal) {
    return failed(
      check,
      `The server refuses the client ${clientId}: ${refusal}`,
      isDocumentUrl(clientId)
        ? "If the document is right, check that the server can send https requests to the internet."
        : `Compare with its registration: npm run -s cli -- client show ${clientId}`,
    )
  }
  const location = answer?.headers.get("location") ?? ""
  if (answer?.status !== 303 || !isAt(location, String(metadata.issuer))) {
    return failed(
      check,
      `The authorization request got ${describeStatus(answer)} instead of a redirect to the sign-in page.`,
      "Configure the proxy to pass on redirects unchanged.",
    )
  }
  const page = await trySend(location, { headers: { Cookie: toCookieHeader(answer.headers) } })
  const state = new URL(location).searchParams.get("state") ?? location
  return page?.status === 200 && page.text.includes(state)
    ? ok(check, `A sign-in starts, and its page opens with a URL of ${location.length} characters.`)
    : failed(
        check,
        `The sign-in page got ${describeStatus(page)}, with a URL of ${location.length} characters.`,
        "Let the proxy pass on the URL and the Cookie header unchanged.",
      )
}

/** The request that Auth.js, oauth2-proxy and Spring send. */
function requestAuthorization(
  { authorization_endpoint }: Metadata,
  client_id: string,
  redirect_uri: string,
): Promise<Answer | null> {
  const request = {
    client_id,
    redirect_uri,
    response_type: "code",
    scope: "openid profile email",
    state: randomBytes(750).toString("base64url"),
    code_challenge: hashToken(randomBytes(32).toString("base64url")),
    code_challenge_method: "S256",
  }
  // An error that is not for the client is JSON, too.
  const headers = { Accept: "application/json" }
  return trySend(`${authorization_endpoint}?${new URLSearchParams(request)}`, { headers })
}

const isAt = (url: string, issuer: string) => URL.canParse(url) && new URL(url).origin === new URL(issuer).origin

/** The server's error, whether it is in the response or on its way to the client; null for none. */
function findRefusal(answer: Answer | null, redirectUri: string): string | null {
  const location = answer?.headers.get("location") ?? ""
  const isForClient = location.startsWith(redirectUri) && /^[?&#/]|^$/.test(location.slice(redirectUri.length))
  const sent = isForClient && URL.canParse(location) ? new URL(location).searchParams : null
  return sent?.get("error_description") ?? findDescription(answer)
}
