import type { Endpoint, Method } from "@/lib/http/endpoint"
import type { Handler } from "@/lib/http/exchange"
import * as changePassword from "./.well-known/change-password/route"
import * as authorizationServerMetadata from "./.well-known/oauth-authorization-server/route"
import * as openidConfiguration from "./.well-known/openid-configuration/route"
import * as authorize from "./(oauth)/authorize/route"
import * as callback from "./(oauth)/callback/route"
import * as deviceAuthorization from "./(oauth)/device_authorization/route"
import * as endSession from "./(oauth)/end-session/route"
import * as introspect from "./(oauth)/introspect/route"
import * as jwks from "./(oauth)/jwks/route"
import * as par from "./(oauth)/par/route"
import * as refresh from "./(oauth)/refresh/route"
import * as register from "./(oauth)/register/route"
import * as revoke from "./(oauth)/revoke/route"
import * as token from "./(oauth)/token/route"
import * as userinfo from "./(oauth)/userinfo/route"
import { accountHomePage } from "./(pages)/account/account-page"
import * as accountAppsSubmit from "./(pages)/account/apps/submit/route"
import * as accountBrowsersSubmit from "./(pages)/account/browsers/submit/route"
import { deletePage } from "./(pages)/account/delete/delete-page"
import * as accountDeleteSubmit from "./(pages)/account/delete/submit/route"
import { emailPage } from "./(pages)/account/email/email-page"
import * as accountEmailSubmit from "./(pages)/account/email/submit/route"
import * as accountExportSubmit from "./(pages)/account/export/submit/route"
import { historyPage } from "./(pages)/account/history/history-page"
import { passkeysPage } from "./(pages)/account/passkeys/passkeys-page"
import * as passkeysSubmit from "./(pages)/account/passkeys/submit/route"
import { passwordPage } from "./(pages)/account/password/password-page"
import * as accountPasswordSubmit from "./(pages)/account/password/submit/route"
import { profilePage } from "./(pages)/account/profile/profile-page"
import * as accountProfileSubmit from "./(pages)/account/profile/submit/route"
import { providersPage } from "./(pages)/account/providers/providers-page"
import * as providersSubmit from "./(pages)/account/providers/submit/route"
import { recoveryCodesPage } from "./(pages)/account/recovery-codes/recovery-codes-page"
import * as recoveryCodesSubmit from "./(pages)/account/recovery-codes/submit/route"
import * as totpSubmit from "./(pages)/account/totp/submit/route"
import { totpPage } from "./(pages)/account/totp/totp-page"
import * as brandStylesheet from "./(pages)/brand.css/route"
import * as brandLogo from "./(pages)/brand-logo/route"
import { checkEmailPage } from "./(pages)/check-email/check-email-page"
import * as clientLogo from "./(pages)/client-logo/route"
import { confirmEmailPage } from "./(pages)/confirm-email/confirm-email-page"
import * as confirmEmailSubmit from "./(pages)/confirm-email/submit/route"
import { consentPage } from "./(pages)/consent/consent-page"
import * as consentSubmit from "./(pages)/consent/submit/route"
import { devicePage } from "./(pages)/device/device-page"
import * as deviceSubmit from "./(pages)/device/submit/route"
import { enterPage } from "./(pages)/flows/enter/enter-page"
import * as enterSubmit from "./(pages)/flows/enter/submit/route"
import { homePage } from "./(pages)/home-page"
import { outboxPage } from "./(pages)/outbox/outbox-page"
import { choosePasswordPage } from "./(pages)/reset-password/choose/choose-password-page"
import * as choosePasswordSubmit from "./(pages)/reset-password/choose/submit/route"
import { resetPasswordPage } from "./(pages)/reset-password/reset-password-page"
import * as resetPasswordSubmit from "./(pages)/reset-password/submit/route"
import { selectAccountPage } from "./(pages)/select-account/select-account-page"
import * as selectAccountSubmit from "./(pages)/select-account/submit/route"
import { codePage } from "./(pages)/sign-in/code/code-page"
import * as codeSubmit from "./(pages)/sign-in/code/submit/route"
import * as passkeySignIn from "./(pages)/sign-in/passkey/submit/route"
import * as providerCallback from "./(pages)/sign-in/provider/callback/route"
import { confirmLinkPage } from "./(pages)/sign-in/provider/confirm/confirm-link-page"
import * as confirmLinkSubmit from "./(pages)/sign-in/provider/confirm/submit/route"
import * as providerSubmit from "./(pages)/sign-in/provider/submit/route"
import { signInPage } from "./(pages)/sign-in/sign-in-page"
import * as signInSubmit from "./(pages)/sign-in/submit/route"
import { signOutPage } from "./(pages)/sign-out/sign-out-page"
import * as signOutSubmit from "./(pages)/sign-out/submit/route"
import { finishSignUpPage } from "./(pages)/sign-up/finish/finish-sign-up-page"
import * as finishSignUpSubmit from "./(pages)/sign-up/finish/submit/route"
import { signUpPage } from "./(pages)/sign-up/sign-up-page"
import * as signUpSubmit from "./(pages)/sign-up/submit/route"
import * as live from "./health/live/route"
import * as ready from "./health/ready/route"
import { lightPage } from "./light-page"

/** The endpoints and light pages of this project's server, by path. Next handles all other paths. A test compares this with the folders. */
export const endpoints = new Map<string, Endpoint>([
  ["/.well-known/change-password", changePassword],
  ["/.well-known/oauth-authorization-server", authorizationServerMetadata],
  ["/.well-known/openid-configuration", openidConfiguration],
  ["/authorize", authorize],
  ["/callback", callback],
  ["/device_authorization", deviceAuthorization],
  ["/end-session", endSession],
  ["/health/live", live],
  ["/health/ready", ready],
  ["/introspect", introspect],
  ["/jwks", jwks],
  ["/par", par],
  ["/refresh", refresh],
  ["/register", register],
  ["/revoke", revoke],
  ["/token", token],
  ["/userinfo", userinfo],
  ["/", lightPage(homePage)],
  ["/account", lightPage(accountHomePage)],
  ["/account/apps/submit", accountAppsSubmit],
  ["/account/browsers/submit", accountBrowsersSubmit],
  ["/account/delete", lightPage(deletePage)],
  ["/account/delete/submit", accountDeleteSubmit],
  ["/account/email", lightPage(emailPage)],
  ["/account/email/submit", accountEmailSubmit],
  ["/account/export/submit", accountExportSubmit],
  ["/account/history", lightPage(historyPage)],
  ["/account/passkeys", lightPage(passkeysPage)],
  ["/account/passkeys/submit", passkeysSubmit],
  ["/account/password", lightPage(passwordPage)],
  ["/account/password/submit", accountPasswordSubmit],
  ["/account/profile", lightPage(profilePage)],
  ["/account/profile/submit", accountProfileSubmit],
  ["/account/providers", lightPage(providersPage)],
  ["/account/providers/submit", providersSubmit],
  ["/account/recovery-codes", lightPage(recoveryCodesPage)],
  ["/account/recovery-codes/submit", recoveryCodesSubmit],
  ["/account/totp", lightPage(totpPage)],
  ["/account/totp/submit", totpSubmit],
  ["/brand-logo", brandLogo],
  ["/brand.css", brandStylesheet],
  ["/check-email", lightPage(checkEmailPage)],
  ["/confirm-email", lightPage(confirmEmailPage)],
  ["/confirm-email/submit", confirmEmailSubmit],
  ["/client-logo", clientLogo],
  ["/consent", lightPage(consentPage)],
  ["/consent/submit", consentSubmit],
  ["/device", lightPage(devicePage)],
  ["/device/submit", deviceSubmit],
  ["/flows/enter", lightPage(enterPage)],
  ["/flows/enter/submit", enterSubmit],
  ["/outbox", lightPage(outboxPage)],
  ["/reset-password", lightPage(resetPasswordPage)],
  ["/reset-password/submit", resetPasswordSubmit],
  ["/reset-password/choose", lightPage(choosePasswordPage)],
  ["/reset-password/choose/submit", choosePasswordSubmit],
  ["/select-account", lightPage(selectAccountPage)],
  ["/select-account/submit", selectAccountSubmit],
  ["/sign-in", lightPage(signInPage)],
  ["/sign-in/submit", signInSubmit],
  ["/sign-in/provider/submit", providerSubmit],
  ["/sign-in/provider/callback", providerCallback],
  ["/sign-in/provider/confirm", lightPage(confirmLinkPage)],
  ["/sign-in/provider/confirm/submit", confirmLinkSubmit],
  ["/sign-in/passkey/submit", passkeySignIn],
  ["/sign-in/code", lightPage(codePage)],
  ["/sign-in/code/submit", codeSubmit],
  ["/sign-out", lightPage(signOutPage)],
  ["/sign-out/submit", signOutSubmit],
  ["/sign-up", lightPage(signUpPage)],
  ["/sign-up/submit", signUpSubmit],
  ["/sign-up/finish", lightPage(finishSignUpPage)],
  ["/sign-up/finish/submit", finishSignUpSubmit],
])

/**
 * Finds the handler for a method and path. An unknown method gets the handler of DELETE, which returns 405.
 * @param path exactly as in the request; Next handles other spellings
 * @returns null for requests that Next handles
 */
export function findEndpoint(method: string | undefined, path: string): Handler | null {
  const endpoint = endpoints.get(path)
  return endpoint ? (endpoint[method as Method] ?? endpoint.DELETE).handle : null
}
