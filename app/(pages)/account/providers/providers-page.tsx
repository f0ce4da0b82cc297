import { listLinks } from "@/lib/authentication/sign-in-with-provider"
import { accountPage } from "@/lib/http/account"
import { FormAlert } from "../../_components/form-alert"
import { Notice } from "../../_components/notice"
import { formatDay } from "../_parts/dates"
import { SettingPage } from "../_parts/setting-page"

/** The accounts elsewhere that sign the User in, and a button to link another. */
export const providersPage = accountPage(
  "/account/providers",
  async ({ signedIn: { user }, texts, form }) => {
    const { t } = texts
    const links = await listLinks(user)
    if (links.length === 0) return null
    const title = t("providers.title")
    const content = (
      <SettingPage texts={texts} title={title} lead={<p>{t("providers.lead")}</p>}>
        <Notice texts={texts} notice={form.notice} />
        <FormAlert id="providers-problem" message={form.errors.form && t(form.errors.form)} />
        <form action="/account/providers/submit" method="post">
          <ul className="divide-y divide-line">
            {links.map(({ provider: { id, name }, link }) => (
              <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 py-3">
                <div className="min-w-0">
                  <p className="[overflow-wrap:anywhere]">{name}</p>
                  {link && (
                    <p className="text-sm text-muted [overflow-wrap:anywhere]">
                      {link.email && <bdi>{link.email} · </bdi>}
                      {t("providers.since", { date: formatDay(texts, link.createdAt) })}
                    </p>
                  )}
                </div>
                <button
                  type="submit"
                  name={link ? "unlink" : "link"}
                  value={id}
                  className="link py-1 text-sm"
                  aria-label={link ? `${t("providers.unlink")}: ${name}` : undefined}
                >
                  {link ? t("providers.unlink") : t("providers.link", { provider: name })}
                </button>
              </li>
            ))}
          </ul>
        </form>
      </SettingPage>
    )
    return { texts, title, content }
  },
  { recent: true },
)
