import type { Texts } from "@/lib/i18n/texts"
import { SignedInAs } from "../_components/signed-in-as"

/** The account that the consent is for, and a button to use another one. */
export function AccountSwitch({ email, texts }: { email: string; texts: Texts }) {
  const { t } = texts
  return (
    <div className="mt-6 grid gap-1.5 border-t border-line pt-5 text-sm text-muted">
      <SignedInAs email={email} texts={texts} />
      <p>
        {t.rich("consent.notYou", {
          switch: (label) => (
            <button type="submit" name="decision" value="switch" aria-describedby="switch-effect" className="link py-1">
              {label}
            </button>
          ),
        })}
      </p>
      <p id="switch-effect">{t("consent.switchEffect")}</p>
    </div>
  )
}
