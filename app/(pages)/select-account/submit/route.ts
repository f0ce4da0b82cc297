import { listSignIns } from "@/lib/authentication/browser-accounts"
import { chooseAccount, findInteraction } from "@/lib/authorization/interaction"
import { formatCookie, formatOtherSessions } from "@/lib/http/cookies"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { pathWithState } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"

/** Uses the account that the person chose, or leads to the sign-in page for another one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/",
  async ({ field, state, browser, flow }) => {
    const stateToken = state ?? ""
    const interaction = await findInteraction(stateToken, browser.browserTokens)
    if (interaction) flow.join(interaction.flowId)
    const { browserSessionToken, otherSessionTokens = [] } = browser
    const signIns = await listSignIns(browserSessionToken, otherSessionTokens)
    const chosen = signIns.find(({ id }) => id === field("account"))
    if (!chosen) return redirect(pathWithState("/sign-in", state))
    const others = signIns.filter((signIn) => signIn !== chosen).map(({ token }) => token)
    const path = await chooseAccount(stateToken, browser.browserTokens, chosen.user.id)
    return redirect(path, [formatCookie("session", chosen.token), formatOtherSessions(others)])
  },
)
