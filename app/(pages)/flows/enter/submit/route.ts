import { enterAsOperator } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import { formatCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { notFoundPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"

/** Consumes the link that the CLI printed, and lets this browser see the flows. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/flows/enter",
  async ({ field, request }) => {
    if (config().flowInspector !== "operators") return notFoundPage(request)
    const session = await enterAsOperator(field("ticket"), readSource(request))
    if (!session) return redirect("/flows/enter")
    return redirect("/flows", [formatCookie("operator", session.token, { expires: session.expiresAt })])
  },
)
