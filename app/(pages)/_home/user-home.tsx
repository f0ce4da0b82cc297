import { config } from "@/lib/config"
import type { Texts } from "@/lib/i18n/texts"
import { NarrowPage } from "../_components/narrow-page"
import { SignedInAs } from "../_components/signed-in-as"
import { SubmitButton } from "../_components/submit-button"

type Props = { texts: Texts; email: string | null; showsFlows: boolean }

/** The home page in production. @param email of the signed-in User; null when no one is signed in */
export function UserHome({ texts, email, showsFlows }: Props) {
  const { t } = texts
  const flowsLink = showsFlows && (
    <a className="link" href="/flows">
      {t("home.flows")}
    </a>
  )
  if (email !== null) {
    return (
      <NarrowPage
        texts={texts}
        title={t("home.title")}
        lead={<SignedInAs email={email} texts={texts} />}
        below={flowsLink}
      >
        <a className="button button-primary mb-3 w-full" href="/account">
          {t("home.manage")}
        </a>
        <form action="/sign-out/submit" method="post">
          <SubmitButton look="plain">{t("common.signOut")}</SubmitButton>
        </form>
      </NarrowPage>
    )
  }
  return (
    <NarrowPage texts={texts} title={t("home.title")} lead={<p>{t("home.signedOut")}</p>} below={flowsLink}>
      <div className="grid gap-3">
        <a className="button button-primary" href="/sign-in">
          {t("common.signIn")}
        </a>
        {config().SIGN_UP && (
          <a className="button button-plain" href="/sign-up">
            {t("common.createAccount")}
          </a>
        )}
      </div>
    </NarrowPage>
  )
}
