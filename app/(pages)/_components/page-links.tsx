import { config } from "@/lib/config"
import type { Texts } from "@/lib/i18n/texts"

/** The operator's links under a page; nothing where none is set. */
export function PageLinks({ texts: { t } }: { texts: Texts }) {
  const { TERMS_URL, PRIVACY_URL, SUPPORT_URL } = config()
  const links = [
    { href: TERMS_URL, label: t("common.terms") },
    { href: PRIVACY_URL, label: t("common.privacy") },
    { href: SUPPORT_URL, label: t("common.support") },
  ].filter((link) => link.href !== undefined)
  if (links.length === 0) return null
  return (
    <footer className="mt-8 flex flex-wrap justify-center gap-x-5 gap-y-1 text-sm">
      {links.map(({ href, label }) => (
        <a key={label} href={href} className="link py-1">
          {label}
        </a>
      ))}
    </footer>
  )
}
