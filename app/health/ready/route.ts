import { findUnreadiness } from "@/lib/health"
import { plainEndpoint } from "@/lib/http/plain-endpoint"
import { json } from "@/lib/http/responses"

/** Whether this process can serve requests: the database answers, and the process is not about to stop. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = plainEndpoint(async () => {
  const reason = await findUnreadiness()
  if (reason === null) return json({ status: "ok" })
  const { headers, body } = json({ status: "unavailable", reason })
  return { status: 503, headers: { ...headers, "Retry-After": "5" }, body }
})
