import { beginPasskeyCreation, listPasskeys, type Passkey } from "@/lib/accounts/passkeys"
import { accountPage, parseNext } from "@/lib/http/account"
import { readDevice } from "@/lib/http/device"
import { readPageQuery, readPageState } from "@/lib/http/page"
import type { Texts } from "@/lib/i18n/texts"
import { Field } from "../../_components/field"
import { Notice } from "../../_components/notice"
import { PasskeyFields } from "../../_components/passkey-fields"
import { SubmitButton } from "../../_components/submit-button"
import { formatAgo, formatDay } from "../_parts/dates"
import { describeDevice } from "../_parts/device-name"
import { SettingPage } from "../_parts/setting-page"

/** The passkeys of the account, and a form to add one. After a sign-in with a password it is an offer, which can be skipped. */
export const passkeysPage = accountPage(
  "/account/passkeys",
  async ({ request, signedIn: { user }, texts, form }) => {
    const { t } = texts
    const state = readPageState(request)
    const isOffer = readPageQuery(request, "offer") !== null
    const next = parseNext(readPageQuery(request, "next")) ?? "/"
    const passkeys = await listPasskeys(user.id)
    const { options, sealed } = await beginPasskeyCreation(user)
    const title = t(isOffer ? "passkeys.offerTitle" : "passkeys.title")
    const content = (
      <SettingPage texts={texts} title={title} lead={<p>{t("passkeys.lead")}</p>}>
        <Notice texts={texts} notice={form.notice} />
        {passkeys.length > 0 && <PasskeyList texts={texts} passkeys={passkeys} />}
        <form action="/account/passkeys/submit" method="post" noValidate>
          {state !== null && <input type="hidden" name="state" value={state} />}
          {isOffer && <input type="hidden" name="offer" value={next} />}
          <PasskeyFields
            kind="create"
            action="/account/passkeys/submit"
            look="primary"
            options={options}
            sealed={sealed}
            problem={t("passkeys.stopped")}
            label={t("passkeys.add")}
          >
            <Field
              label={t("passkeys.name")}
              name="name"
              hint={t("passkeys.nameHint")}
              defaultValue={describeDevice(texts, readDevice(request))}
              error={form.errors.name && t(form.errors.name)}
              maxLength={100}
              required
            />
          </PasskeyFields>
        </form>
        {isOffer && (
          <form action="/account/passkeys/submit" method="post" className="mt-3">
            <input type="hidden" name="decision" value="skip" />
            <input type="hidden" name="offer" value={next} />
            {state !== null && <input type="hidden" name="state" value={state} />}
            <SubmitButton look="plain">{t("passkeys.skip")}</SubmitButton>
          </form>
        )}
        <noscript>
          <p className="mt-3 text-sm text-muted">{t("passkeys.noScript")}</p>
        </noscript>
      </SettingPage>
    )
    return { texts, title, content }
  },
  { recent: true },
)

function PasskeyList({ texts, passkeys }: { texts: Texts; passkeys: Passkey[] }) {
  const { t } = texts
  return (
    <form action="/account/passkeys/submit" method="post" className="mb-6">
      <input type="hidden" name="decision" value="remove" />
      <ul className="divide-y divide-line">
        {passkeys.map(({ id, name, createdAt, lastUsedAt }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 py-3">
            <div className="min-w-0">
              <p className="[overflow-wrap:anywhere]">{name}</p>
              <p className="text-sm text-muted">
                {t("passkeys.created", { date: formatDay(texts, createdAt) })}
                {lastUsedAt && ` · ${t("account.lastUsed", { date: formatAgo(texts, lastUsedAt) })}`}
              </p>
            </div>
            <button
              type="submit"
              name="passkey"
              value={id}
              className="link py-1 text-sm"
              aria-label={`${t("passkeys.remove")}: ${name}`}
            >
              {t("passkeys.remove")}
            </button>
          </li>
        ))}
      </ul>
    </form>
  )
}
