import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { type DpopProof, verifyDpopProof } from "@/lib/sessions/dpop"
import type { EndpointRequest } from "./exchange"

/**
 * Verifies the proof in the DPoP header.
 * @param accessToken the token that it is sent with, at a protected resource
 * @returns null without the header
 * @throws OAuthError invalid_dpop_proof, use_dpop_nonce
 */
export async function readDpopProof(
  method: "GET" | "POST",
  request: EndpointRequest,
  flow: Flow,
  accessToken?: string,
): Promise<DpopProof | null> {
  const header = request.header("dpop")
  if (header === null) return null
  const proof = await verifyDpopProof(header, { method, path: request.path, accessToken })
  flow.note(() => ({ dpop_key: fingerprint(proof.jkt) }))
  return proof
}
