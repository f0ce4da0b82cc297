import type { FormResult } from "@/lib/http/form-result"
import type { Texts } from "@/lib/i18n/texts"

/** A message about what was done. */
export function Notice({ texts, notice }: { texts: Texts; notice: FormResult["notice"] }) {
  if (!notice) return null
  return (
    <p role="status" className="mb-5 rounded-lg border border-transparent bg-accent-soft px-3.5 py-3">
      {texts.t(`notices.${notice}`)}
    </p>
  )
}
