import { readAccessOrFormToken, readAccessToken, verifyProof } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { json, jwt } from "@/lib/http/responses"
import { findUserInfo } from "@/lib/introspection/user-info"

const respond = (info: Awaited<ReturnType<typeof findUserInfo>>) => (typeof info === "string" ? jwt(info) : json(info))

/** The UserInfo endpoint, OpenID Connect Core 1.0 section 5.3. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    GET: async (request, flow) =>
      respond(await findUserInfo(await verifyProof("GET", request, readAccessToken(request), flow), flow)),
    POST: async (request, flow) =>
      respond(await findUserInfo(await verifyProof("POST", request, await readAccessOrFormToken(request), flow), flow)),
  },
  { cors: "clients" },
)
