import type { Interaction } from "@/lib/authorization/interaction"
import type { Texts } from "@/lib/i18n/texts"

/** The client's website, privacy policy and terms of service. They open beside the page, which belongs to a running sign-in. */
export function ClientLinks({ client, texts: { t } }: { client: Interaction["client"]; texts: Texts }) {
  const links = [
    { href: client.clientUri, label: t("consent.website") },
    { href: client.policyUri, label: t("consent.policy") },
    { href: client.tosUri, label: t("consent.terms") },
  ].filter((link): link is { href: string; label: string } => link.href !== null)
  if (links.length === 0) return null
  return (
    <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {links.map(({ href, label }) => (
        <a key={label} href={href} target="_blank" rel="noopener noreferrer" className="link py-1">
          {label}
        </a>
      ))}
    </p>
  )
}
