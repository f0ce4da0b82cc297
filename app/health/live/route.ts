import { plainEndpoint } from "@/lib/http/plain-endpoint"
import { json } from "@/lib/http/responses"

/** Whether this process runs. Nothing else is looked at: restarting it does not repair a database. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = plainEndpoint(async () => json({ status: "ok" }))
