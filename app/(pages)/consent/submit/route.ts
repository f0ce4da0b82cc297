import { signOutBrowser } from "@/lib/authentication/sign-out"
import { allowInteraction, denyInteraction, findInteraction } from "@/lib/authorization/interaction"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { pathWithState } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"

/** Does what the person chose on the consent page: allow, deny, or sign in with another account. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/",
  async ({ field, state, browser, request, flow }) => {
    const stateToken = state ?? ""
    const interaction = await findInteraction(stateToken, browser.browserTokens)
    if (interaction) flow.join(interaction.flowId)
    const decision = field("decision")
    if (decision === "allow") {
      const source = readSource(request, interaction && flow)
      return redirect(await allowInteraction(stateToken, browser, field("user"), source, interaction && flow))
    }
    if (decision === "deny") return redirect(await denyInteraction(stateToken, browser.browserTokens))
    if (decision !== "switch") return redirect(pathWithState("/consent", state))
    await signOutBrowser([browser.browserSessionToken], readSource(request))
    return redirect(pathWithState("/sign-in", state), [formatDeletedCookie("session")])
  },
)
