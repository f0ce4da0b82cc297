import { browserEndpoint } from "@/lib/http/browser-endpoint"
import { redirect } from "@/lib/http/responses"

/** Where password managers send people to change their password: https://w3c.github.io/webappsec-change-password-url/ */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = browserEndpoint({
  GET: async () => redirect("/account/password"),
})
