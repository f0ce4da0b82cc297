import { enterUserCode } from "@/lib/authorization/device-authorization"
import { authorizationResponse } from "@/lib/http/browser-endpoint"
import { waitPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { showFormAgain } from "@/lib/http/form-result"
import { readTexts } from "@/lib/http/texts"
import type { ProblemKey } from "@/lib/i18n/texts"

/** Finds the device of the code that a person typed, and continues with sign-in and consent. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/device",
  async ({ field, browser, request, flow }) => {
    const typed = field("user_code").trim()
    const showAgain = (problem: ProblemKey) =>
      showFormAgain("/device", null, { values: { user_code: typed.slice(0, 20) }, errors: { user_code: problem } })
    if (!typed) return showAgain("problems.userCodeMissing")
    const result = await enterUserCode(typed, browser, request.clientAddress(), flow)
    if (!("problem" in result)) return authorizationResponse(request, result)
    if (result.problem === "too_many_attempts")
      return waitPage(readTexts(request), result, { href: "/device", isSignIn: false })
    return showAgain("problems.userCodeWrong")
  },
)
