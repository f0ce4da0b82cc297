import { findFormResult } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import type { Texts } from "@/lib/i18n/texts"
import { Field } from "../_components/field"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Where a person types the code that a device shows (RFC 8628 section 3.3), and where the browser ends. */
export const devicePage: PageHandler = async (request) => {
  const texts = readTexts(request)
  const { t } = texts
  const result = readPageQuery(request, "result")
  if (result === "allowed" || result === "denied") return resultPage(texts, result)
  const { values = {}, errors = {} } = (await findFormResult(request, "/device", null)) ?? {}
  const userCode = (values.user_code ?? readPageQuery(request, "user_code") ?? "").slice(0, 20)
  const content = (
    <NarrowPage texts={texts} title={t("device.title")} lead={<p>{t("device.lead")}</p>}>
      <form action="/device/submit" method="post" noValidate className="grid gap-5">
        <Field
          label={t("device.code")}
          name="user_code"
          hint={t("device.codeHint")}
          defaultValue={userCode}
          error={errors.user_code && t(errors.user_code)}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          required
          autoFocus
          className="font-mono uppercase tracking-widest"
        />
        <p className="text-sm text-muted">{t("device.warning")}</p>
        <SubmitButton>{t("common.continue")}</SubmitButton>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("device.title"), content }
}

function resultPage(texts: Texts, result: "allowed" | "denied") {
  const title = texts.t(`device.${result}Title`)
  return {
    texts,
    title,
    content: <NarrowPage texts={texts} title={title} lead={<p>{texts.t(`device.${result}`)}</p>} />,
  }
}
