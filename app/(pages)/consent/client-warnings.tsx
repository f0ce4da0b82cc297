import type { ReactNode } from "react"
import type { Interaction } from "@/lib/authorization/interaction"
import type { Texts } from "@/lib/i18n/texts"

type Props = { interaction: Interaction; client: ReactNode; texts: Texts }

/** What a person should know before they allow a Client that no operator has checked, or that another app can imitate. */
export function ClientWarnings({ interaction, client, texts: { t } }: Props) {
  const { source, clientId } = interaction.client
  return (
    <>
      {source === "open" && <Warning>{t.rich("consent.unverified", { client: () => client })}</Warning>}
      {source === "document" && (
        <Warning>
          {t.rich("consent.unverifiedHost", {
            host: new URL(clientId).host,
            strong: (host) => <strong className="font-medium [overflow-wrap:anywhere]">{host}</strong>,
          })}
        </Warning>
      )}
      {interaction.hasGenericScheme && (
        <Warning>{t.rich("consent.genericScheme", { scheme: interaction.returnHost, client: () => client })}</Warning>
      )}
    </>
  )
}

function Warning({ children }: { children: ReactNode }) {
  return <p className="mt-3 rounded-lg border border-line bg-sunken p-3 text-sm">{children}</p>
}
