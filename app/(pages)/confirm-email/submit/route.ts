import { confirmEmail } from "@/lib/accounts/verify-email"
import { continuePath, findInteraction } from "@/lib/authorization/interaction"
import { readSource } from "@/lib/http/device"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { toUrlToken } from "@/lib/http/url-token"

/** Consumes the link of the e-mail, verifies the address, and continues the authorization that waits for it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ field, browser, request }) => {
    const confirmed = await confirmEmail(field("token"), {
      locale: readTexts(request).locale,
      source: readSource(request),
    })
    if (!confirmed) return redirect(`/confirm-email?${new URLSearchParams({ token: toUrlToken(field("token")) })}`)
    const { stateToken } = confirmed
    const isHere = stateToken !== null && (await findInteraction(stateToken, browser.browserTokens)) !== null
    return redirect(isHere ? await continuePath(stateToken, browser.browserTokens) : "/confirm-email?result=done")
  },
)
