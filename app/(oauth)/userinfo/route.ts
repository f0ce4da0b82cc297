import { readBearerToken } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import type { Handler } from "@/lib/http/exchange"
import { json } from "@/lib/http/responses"
import { findUserInfo } from "@/lib/introspection/user-info"

const userInfo: Handler = async (request) => json(await findUserInfo(readBearerToken(request)))

/** The UserInfo endpoint, OpenID Connect Core 1.0 section 5.3. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  { GET: userInfo, POST: userInfo },
  { cors: "clients" },
)
