import type { Texts } from "@/lib/i18n/texts"
import { AccountEmail } from "./account-email"

/** Names the account. @param email as its owner reads it */
export function SignedInAs({ email, texts }: { email: string; texts: Texts }) {
  return <p>{texts.t.rich("common.signedInAs", { email: () => <AccountEmail email={email} /> })}</p>
}
