import type { Texts } from "@/lib/i18n/texts"

/** Names the account. @param email as its owner reads it */
export function SignedInAs({ email, texts }: { email: string; texts: Texts }) {
  return (
    <p>
      {texts.t.rich("common.signedInAs", {
        email: () => <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>,
      })}
    </p>
  )
}
