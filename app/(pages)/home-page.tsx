import { toReadableEmail } from "@/lib/accounts/email-address"
import { maySeeFlows } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import { readTokenCookie } from "@/lib/http/cookies"
import type { PageHandler } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { textsIn } from "@/lib/i18n/texts"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { FormScript } from "./_components/form-script"
import { DeveloperHome } from "./_home/developer-home"
import { UserHome } from "./_home/user-home"

/** The home page. Users see their account; the demo and development add what a developer looks for. */
export const homePage: PageHandler = async (request) => {
  const { DEMO } = config()
  const signedIn = await findSignedInUser(readTokenCookie(request, "session"))
  const email = signedIn && toReadableEmail(signedIn.user.email)
  const showsFlows = await maySeeFlows(readTokenCookie(request, "operator"))
  const isForDevelopers = DEMO || process.env.NODE_ENV === "development"
  // What developers read is in English.
  const texts = isForDevelopers ? textsIn("en") : readTexts(request)
  const Home = isForDevelopers ? DeveloperHome : UserHome
  const content = (
    <>
      <Home texts={texts} email={email} showsFlows={showsFlows} />
      <FormScript />
    </>
  )
  return { texts, title: config().BRAND_NAME, content }
}
