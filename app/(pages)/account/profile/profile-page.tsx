import { localeOf } from "@/lib/accounts/users"
import { accountPage } from "@/lib/http/account"
import { localeNames, locales } from "@/lib/i18n/locales"
import { Field } from "../../_components/field"
import { SubmitButton } from "../../_components/submit-button"
import { SettingPage } from "../_parts/setting-page"
import { addressFields, type ProfileField, profileFields } from "./fields"

/** Edits the name, the language and the other standard claims. */
export const profilePage = accountPage("/account/profile", async ({ signedIn: { user }, texts, form }) => {
  const { t } = texts
  const { values, errors } = form
  const claims = JSON.parse(user.claims) as Record<string, unknown>
  const address = (claims.address ?? {}) as Record<string, unknown>
  const stored = (value: unknown) => (typeof value === "string" ? value : "")
  const field = ({ claim, hint, autoComplete, type = "text" }: ProfileField, value: unknown) => (
    <Field
      key={claim}
      label={t(`profile.${claim}`)}
      name={claim}
      hint={hint && t(hint)}
      type={type}
      autoComplete={autoComplete}
      defaultValue={values[claim] ?? stored(value)}
      error={errors[claim] && t(errors[claim])}
    />
  )
  const content = (
    <SettingPage texts={texts} title={t("profile.title")} lead={<p>{t("account.profileLead")}</p>}>
      <form action="/account/profile/submit" method="post" noValidate className="grid gap-5">
        <Field
          label={t("fields.name")}
          name="name"
          autoComplete="name"
          defaultValue={values.name ?? user.name ?? ""}
          error={errors.name && t(errors.name)}
        />
        <div>
          <label htmlFor="language" className="mb-1.5 block font-medium">
            {t("account.language")}
          </label>
          <select id="language" name="language" defaultValue={localeOf(user, texts.locale)} className="field">
            {locales.map((locale) => (
              <option key={locale} value={locale} lang={locale}>
                {localeNames[locale]}
              </option>
            ))}
          </select>
        </div>
        {profileFields.map((one) => field(one, claims[one.claim]))}
        {addressFields.map((one) => field(one, address[one.claim]))}
        <SubmitButton>{t("account.save")}</SubmitButton>
      </form>
    </SettingPage>
  )
  return { texts, title: t("profile.title"), content }
})
