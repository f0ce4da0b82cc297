import { config } from "@/lib/config"
import type { Locale } from "@/lib/i18n/locales"
import { type Texts, textsIn } from "@/lib/i18n/texts"

/** The content of an e-mail. A link in it is a URL of this server. */
type MailContent =
  | { kind: "resetPassword" | "signUp" | "verifyEmail" | "changeEmail"; link: string }
  | { kind: "noAccount"; link: string | null }
  | { kind: "signUpTaken"; link: string }
  | { kind: "passwordChanged" | "accountDeleted" | "totpAdded" | "totpRemoved" | "recoveryCodesCreated" }
  | { kind: "passkeyAdded" | "passkeyRemoved" | "providerLinked" | "providerUnlinked"; name: string }
  | { kind: "emailChanged"; email: string }

/** An e-mail before it is stored: to whom, in which language, and what. */
export type MailDraft = MailContent & { to: string; locale: Locale }

/** An e-mail as a mail server gets it. */
export type ComposedMail = { to: string; subject: string; text: string; html: string }

type Parts = { subject: string; paragraphs: string[]; button: { label: string; link: string } | null; note: string }

/** Writes an e-mail in its language, as text and as HTML. */
export function composeMail(draft: MailDraft): ComposedMail {
  const texts = textsIn(draft.locale)
  const parts = partsOf(draft, texts)
  return { to: draft.to, subject: parts.subject, text: composeText(parts), html: composeHtml(parts, texts) }
}

function partsOf(draft: MailDraft, { t }: Texts): Parts {
  const { BRAND_NAME: brand, issuer } = config()
  const subject = t(`mail.${draft.kind}.subject`, { brand, name: "name" in draft ? draft.name : "" })
  switch (draft.kind) {
    case "resetPassword":
    case "signUp":
    case "verifyEmail":
    case "changeEmail":
      return {
        subject,
        paragraphs: [t(`mail.${draft.kind}.text`, { brand }), t("mail.linkNote")],
        button: { label: t(`mail.${draft.kind}.button`), link: draft.link },
        note: t("mail.ignore"),
      }
    case "noAccount":
    case "signUpTaken":
      return {
        subject,
        paragraphs: [t(`mail.${draft.kind}.text`, { brand })],
        button: draft.link === null ? null : { label: t(`mail.${draft.kind}.button`), link: draft.link },
        note: t("mail.ignore"),
      }
    default: {
      const isGone = draft.kind === "accountDeleted"
      const email = draft.kind === "emailChanged" ? draft.email : ""
      const values = { brand, email, name: "name" in draft ? draft.name : "" }
      return {
        subject,
        paragraphs: [t(`mail.${draft.kind}.text`, values)],
        button: isGone || draft.kind === "emailChanged" ? null : { label: t("mail.review"), link: `${issuer}/account` },
        note: isGone ? "" : t(draft.kind === "emailChanged" ? "mail.notYouNewEmail" : "mail.notYou", { brand }),
      }
    }
  }
}

function composeText({ paragraphs, button, note }: Parts): string {
  const { BRAND_NAME, issuer } = config()
  const linked = button ? [`${button.label}:\n${button.link}`] : []
  return [...paragraphs, ...linked, ...(note ? [note] : []), `-- \n${BRAND_NAME}\n${issuer}`].join("\n\n")
}

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Styles are inline and the button is a plain link, because mail programs ignore most of CSS. There are no images to load. */
function composeHtml({ subject, paragraphs, button, note }: Parts, { locale, dir }: Texts): string {
  const { BRAND_NAME, brandColors, issuer } = config()
  const accent = brandColors?.light ?? { accent: "#0b6b57", "on-accent": "#ffffff" }
  const font = "font-family:-apple-system,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif"
  const body = paragraphs.map((text) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`).join("\n")
  const link = button
    ? `<p style="margin:24px 0"><a href="${escapeHtml(button.link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:${accent.accent};color:${accent["on-accent"]};font-weight:600;text-decoration:none">${escapeHtml(button.label)}</a></p>`
    : ""
  return `<!doctype html>
<html lang="${locale}" dir="${dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px 16px;background:#f5f7f5;color:#12201b;font-size:16px;line-height:1.5;${font}">
<div style="max-width:480px;margin:0 auto">
<p style="margin:0 0 16px;font-weight:600">${escapeHtml(BRAND_NAME)}</p>
<div style="padding:28px 24px;border:1px solid #dde4df;border-radius:16px;background:#ffffff">
<h1 style="margin:0 0 16px;font-size:22px;line-height:28px">${escapeHtml(subject)}</h1>
${body}
${link}
<p style="margin:0;color:#52615a;font-size:14px">${escapeHtml(note)}</p>
</div>
<p style="margin:16px 0 0;color:#52615a;font-size:14px">${escapeHtml(issuer)}</p>
</div>
</body>
</html>
`
}
