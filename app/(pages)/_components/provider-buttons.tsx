import type { Provider } from "@/lib/accounts/providers"
import type { Texts } from "@/lib/i18n/texts"
import { SubmitButton } from "./submit-button"

/** Buttons at the end of the sign-in form: sign in with another provider. */
export function ProviderButtons({ texts: { t }, providers }: { texts: Texts; providers: Provider[] }) {
  if (providers.length === 0) return null
  return (
    <>
      <p className="flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("providers.or")}
      </p>
      {providers.map(({ id, name }) => (
        <SubmitButton key={id} look="plain" name="provider" value={id} formAction="/sign-in/provider/submit">
          {t("providers.continueWith", { provider: name })}
        </SubmitButton>
      ))}
    </>
  )
}
