import type { ComponentProps } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { Field } from "./field"

type Props = Omit<ComponentProps<typeof Field>, "type" | "children" | "className"> & { texts: Texts }

/**
 * A password field that can show the password, and shows when Caps Lock is on, and how strong a new password is. These need
 * public/form.js.
 */
export function PasswordField({ texts: { t }, ...props }: Props) {
  return (
    <div>
      <Field {...props} type="password" className="pe-12" autoCapitalize="none" autoCorrect="off" spellCheck={false}>
        <button
          type="button"
          data-show-password
          hidden
          aria-pressed="false"
          aria-controls={props.name}
          className="group absolute inset-y-1 end-1 grid w-10 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
        >
          <span className="sr-only">{t("fields.showPassword")}</span>
          <Eye />
        </button>
      </Field>
      <div aria-live="polite" className="text-sm text-muted">
        <p data-caps-lock={props.name} hidden className="mt-1.5">
          {t("fields.capsLock")}
        </p>
      </div>
      {props.autoComplete === "new-password" && (
        <p
          aria-live="polite"
          hidden
          data-strength={props.name}
          data-weak={t("fields.strengthWeak")}
          data-fair={t("fields.strengthFair")}
          data-strong={t("fields.strengthStrong")}
          className="mt-1.5 text-sm text-muted"
        />
      )}
    </div>
  )
}

function Eye() {
  return (
    <svg
      viewBox="0 0 24 24"
      className="size-5 fill-none stroke-current stroke-[1.75]"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="3" />
      <path d="M4 20 20 4" className="hidden group-aria-pressed:block" />
    </svg>
  )
}
