import type { Flow } from "@/lib/flows/flow"
import { describeSentToken, readAccessOrFormToken, readAccessToken, verifyProof } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import type { EndpointRequest } from "@/lib/http/exchange"
import { json, jwt } from "@/lib/http/responses"
import { findUserInfo } from "@/lib/introspection/user-info"

/** The UserInfo endpoint, OpenID Connect Core 1.0 section 5.3. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    GET: (request, flow) => respond("GET", request, flow),
    POST: (request, flow) => respond("POST", request, flow),
  },
  { cors: "clients" },
)

async function respond(method: "GET" | "POST", request: EndpointRequest, flow: Flow) {
  const token = method === "GET" ? readAccessToken(request) : await readAccessOrFormToken(request)
  flow.step("userInfo.provides_token", () => describeSentToken("access_token", token))
  const info = await findUserInfo(await verifyProof(method, request, token, flow), flow)
  return typeof info === "string" ? jwt(info) : json(info)
}
