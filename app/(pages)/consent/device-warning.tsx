import type { Texts } from "@/lib/i18n/texts"

/** RFC 8628 section 5.4: the person may have been sent the code of an attacker's device. */
export function DeviceWarning({ userCode, texts: { t } }: { userCode: string; texts: Texts }) {
  return (
    <div className="mt-7 grid gap-2 rounded-lg border border-line bg-sunken p-3 text-sm">
      <p>
        {t.rich("consent.deviceCode", {
          code: userCode,
          strong: (code) => <strong className="font-mono font-medium">{code}</strong>,
        })}
      </p>
      <p>{t("consent.deviceWarning")}</p>
    </div>
  )
}
