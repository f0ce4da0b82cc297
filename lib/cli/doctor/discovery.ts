import { type Answer, type Finding, failed, type Metadata, ok, parseObject, send, timeoutSeconds } from "./finding"

const discoveryCheck = "Discovery"

/** Where OpenID Connect clients find the metadata. */
export const discoveryUrl = (issuer: string) => `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`

/** Finds the metadata as a client does. @returns `date` is the Date header */
export async function checkDiscovery(
  issuer: string,
): Promise<{ findings: Finding[]; metadata: Metadata | null; date: string | null }> {
  const stop = (found: string, fix: string) => ({
    findings: [failed(discoveryCheck, found, fix)],
    metadata: null,
    date: null,
  })
  const url = discoveryUrl(issuer)
  let answer: Answer
  try {
    answer = await send(url)
  } catch (error) {
    const { found, fix } = explainFailure(error)
    return stop(`${url}: ${found}`, fix)
  }
  if (answer.wasRedirected) {
    const target = answer.headers.get("location") ?? "nowhere"
    return stop(
      `${url} redirects to ${target}. Many libraries do not follow redirects.`,
      "Give clients the URL that answers without a redirect, and set ISSUER to it.",
    )
  }
  if (answer.status !== 200) {
    return stop(
      `${url} has the status ${answer.status}.`,
      "Check that the proxy forwards /.well-known/ to the server without adding a path prefix.",
    )
  }
  const metadata = parseObject(answer.text)
  return typeof metadata.issuer === "string"
    ? { findings: [ok(discoveryCheck, url)], metadata, date: answer.headers.get("date") }
    : stop(`${url} is not the metadata of an issuer.`, "Something else answers there. Check the proxy's routes.")
}

/** Why fetch failed, in words. */
function explainFailure(error: unknown): { found: string; fix: string } {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = (cause as { code?: string }).code ?? (error instanceof Error ? error.name : "unknown")
  const explanations: Record<string, [found: string, fix: string]> = {
    ENOTFOUND: ["the host name does not exist", "Check the name, and its DNS record."],
    EAI_AGAIN: ["the name server does not answer", "Check the network of this machine."],
    ECONNREFUSED: ["nothing listens there", "Start the server, or correct the port."],
    TimeoutError: [
      `no response within ${timeoutSeconds} seconds`,
      "Check firewalls between this machine and the server.",
    ],
    CERT_HAS_EXPIRED: ["the certificate has expired", "Renew the certificate."],
    ERR_TLS_CERT_ALTNAME_INVALID: ["the certificate is for another name", "Get a certificate for this host name."],
    DEPTH_ZERO_SELF_SIGNED_CERT: [
      "the certificate is self-signed",
      "Make clients trust it. For Node, set NODE_EXTRA_CA_CERTS.",
    ],
    SELF_SIGNED_CERT_IN_CHAIN: [
      "its authority is not trusted",
      "Make clients trust it. For Node, set NODE_EXTRA_CA_CERTS.",
    ],
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
      "the certificate chain is incomplete",
      "Configure the proxy to send the intermediate certificates.",
    ],
    ERR_SSL_WRONG_VERSION_NUMBER: ["the port does not speak TLS", "Use http, or the port of the proxy."],
  }
  const [found, fix] = explanations[code] ?? [`the request failed (${code})`, "Check the URL and the network."]
  return { found, fix }
}
