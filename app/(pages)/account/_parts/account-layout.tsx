import type { ReactNode } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { Brand } from "../../_components/brand"
import { FormScript } from "../../_components/form-script"
import { Notice } from "../../_components/notice"
import { PageLinks } from "../../_components/page-links"

type Props = {
  texts: Texts
  title: string
  notice?: Parameters<typeof Notice>[0]["notice"]
  children: ReactNode
}

/** The layout of the account's page with many sections. */
export function AccountLayout({ texts, title, notice, children }: Props) {
  const { t } = texts
  return (
    <div lang={texts.locale} dir={texts.dir} className="px-4 py-6 sm:px-6 sm:py-10">
      <div className="mx-auto max-w-3xl">
        <header className="mb-8 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <a href="/" className="flex items-center gap-2.5 rounded-md">
            <Brand />
          </a>
          <form action="/sign-out/submit" method="post">
            <button type="submit" className="link py-1">
              {t("common.signOut")}
            </button>
          </form>
        </header>
        <main>
          <h1 className="mb-6 text-3xl font-semibold tracking-tight">{title}</h1>
          <Notice texts={texts} notice={notice} />
          <div className="grid gap-6">{children}</div>
        </main>
        <PageLinks texts={texts} />
      </div>
      <FormScript />
    </div>
  )
}

/** A section of the account's page. @param action beside the heading */
export function Section({
  id,
  title,
  action,
  children,
}: {
  id: string
  title: string
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <section aria-labelledby={id} className="card p-5 sm:px-7 sm:py-6">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        {action}
      </div>
      {children}
    </section>
  )
}
