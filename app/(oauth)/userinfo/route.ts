import { readBearerToken } from "@/lib/http/bearer"
import { type FlowHandler, oauthEndpoint } from "@/lib/http/endpoint"
import { json } from "@/lib/http/responses"
import { findUserInfo } from "@/lib/introspection/user-info"

const userInfo: FlowHandler = async (request, flow) => json(await findUserInfo(readBearerToken(request), flow))

/** The UserInfo endpoint, OpenID Connect Core 1.0 section 5.3. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  { GET: userInfo, POST: userInfo },
  { cors: "clients" },
)
