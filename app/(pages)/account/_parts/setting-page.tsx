import type { ComponentProps } from "react"
import { FormScript } from "../../_components/form-script"
import { NarrowPage } from "../../_components/narrow-page"

/** The page of one setting of the account, with a link back. */
export function SettingPage({ texts, children, ...props }: Omit<ComponentProps<typeof NarrowPage>, "below">) {
  const back = (
    <a className="link" href="/account">
      {texts.t("account.back")}
    </a>
  )
  return (
    <NarrowPage {...props} texts={texts} below={back}>
      {children}
      <FormScript />
    </NarrowPage>
  )
}
