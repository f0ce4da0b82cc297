import { callbackPath, findInteraction } from "@/lib/authorization/interaction"
import { parseNext, signInPath } from "@/lib/http/account"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { showFormAgain } from "@/lib/http/form-result"
import { sendToProvider } from "@/lib/http/provider-visit"
import { redirect } from "@/lib/http/responses"

/** Sends the browser to the provider that the person chose. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/sign-in",
  async ({ field, state, browser, flow }) => {
    const interaction = state === null ? null : await findInteraction(state, browser.browserTokens)
    if (state && !interaction) return redirect(callbackPath(state))
    if (interaction) flow.join(interaction.flowId)
    const next = state === null ? parseNext(field("next")) : null
    const target = { linkFor: null, next, state }
    const sent = await sendToProvider(field("provider"), target, interaction ? flow : null)
    const page = next ? signInPath(next) : "/sign-in"
    return sent ?? showFormAgain(page, state, { values: {}, errors: { form: "problems.providerFailed" } })
  },
)
