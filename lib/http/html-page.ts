import { brandStyle } from "@/lib/brand"
import { config } from "@/lib/config"
import type { Texts } from "@/lib/i18n/texts"
import type { Comparison } from "@/lib/protocol/errors"

/** A page with one message: what happened, what to do now, and for a developer what was wrong. */
export type Page = {
  title: string
  lead: string
  detail?: { label: string; code: string; text: string }
  comparison?: Comparison | null
  action: { label: string; href: string } | { label: string; postTo: string; fields: Record<string, string> }
  /** What the operator finds the error by, in the log. */
  reference?: string | null
}

// The look of app/(pages)/_components/narrow-page.tsx and tailwind.config.ts. Route handlers cannot render React.
const style = `
:root { color-scheme: light dark; --paper: #f5f7f5; --surface: #fff; --sunken: #f1f4f1; --line: #dde4df; --ink: #12201b; --muted: #52615a;
  --accent: #0b6b57; --accent-strong: #08574a; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1211; --surface: #151c1a; --sunken: #101615; --line: #28332f; --ink: #e8efec; --muted: #a0b1aa;
  --accent: #5ac8ad; --accent-strong: #7fdbc4; --on-accent: #06241d } }
* { box-sizing: border-box; margin: 0 }
body { min-height: 100dvh; display: flex; flex-direction: column; align-items: center; padding: 2rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; -webkit-font-smoothing: antialiased;
  -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
main { width: 100%; max-width: 26rem }
.brand { display: flex; align-items: center; justify-content: center; gap: .625rem; margin-bottom: 1.25rem; font-weight: 600; letter-spacing: -.025em }
.brand img { height: 2rem; max-width: 10rem }
.brand svg { width: 1.75rem; height: 1.75rem; fill: var(--accent) }
.brand g { fill: none; stroke: var(--on-accent); stroke-width: 3; stroke-linecap: round }
.brand svg > circle { fill: var(--on-accent); opacity: .75 }
.card { padding: 1.75rem 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(10 30 24 / .05), 0 16px 40px -20px rgb(10 30 24 / .18) }
@media (min-width: 40rem) { body { justify-content: center; padding-block: 3.5rem } .card { padding: 2.25rem } }
h1 { font-size: 1.5rem; line-height: 2rem; font-weight: 600; letter-spacing: -.025em; text-wrap: balance; overflow-wrap: anywhere }
.lead { margin-top: .375rem; color: var(--muted); overflow-wrap: anywhere }
.action { display: flex; width: 100%; min-height: 2.75rem; margin-top: 1.5rem; padding: .5rem 1rem; align-items: center; justify-content: center;
  border: 1px solid transparent; border-radius: .5rem; background: var(--accent); color: var(--on-accent); font-weight: 500; text-align: center;
  text-decoration: none; overflow-wrap: anywhere }
.action:hover { background: var(--accent-strong) }
.reference { margin-top: 1.25rem; font-size: .875rem; line-height: 1.25rem; text-align: center; color: var(--muted) }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", "Liberation Mono", monospace; overflow-wrap: anywhere }
code { color: var(--ink); user-select: all }
button { padding: .25rem; border: 0; background: none; color: var(--accent); font: inherit; font-weight: 500; text-decoration: underline;
  text-underline-offset: 3px; cursor: pointer }
button[hidden] { display: none }
mark { background: var(--accent); color: var(--on-accent); border-radius: .125rem }
h2 { margin-top: 1.5rem; font-size: .875rem; font-weight: 500; color: var(--muted) }
pre { margin-top: .5rem; padding: .75rem; background: var(--sunken); border-radius: .5rem; white-space: pre-wrap; font-size: .8125rem; line-height: 1.5 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`

const mark = `<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="8"/>
<g><circle cx="13.25" cy="16.75" r="7"/><path d="M13.25 9.75h12.5"/></g><circle cx="13.25" cy="16.75" r="2.25"/></svg>`

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

/** The sent value beside each registered one, with what differs from the most similar one marked. */
function compare({ name, sent, registered, fix }: Comparison): string {
  const shared = Math.max(0, ...registered.map((value) => sharedLength(sent, value)))
  const rest = sent.slice(shared)
  const marked = `${escapeHtml(sent.slice(0, shared))}<mark>${escapeHtml(rest) || "(the end is missing)"}</mark>`
  const list = registered.map((value) => escapeHtml(value)).join("\n") || "(none)"
  return `<h2>Sent ${escapeHtml(name)}</h2>\n<pre>${marked}</pre>
<h2>Registered</h2>\n<pre>${list}</pre>
<h2>How to fix it</h2>\n<pre>${escapeHtml(fix)}</pre>`
}

/** How many characters two texts have in common at their start. */
function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** The page as HTML. Every text is escaped. @param nonce of the response's Content-Security-Policy */
export function htmlPage(page: Page, { t, locale, dir }: Texts, nonce: string): string {
  const { title, lead, detail, comparison, action, reference } = page
  const { BRAND_NAME, brandLogo, brandColors } = config()
  const button =
    "href" in action
      ? `<a class="action" href="${escapeHtml(action.href)}">${escapeHtml(action.label)}</a>`
      : `<form method="post" action="${escapeHtml(action.postTo)}">
${Object.entries(action.fields)
  .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
  .join("\n")}
<button class="action">${escapeHtml(action.label)}</button>
</form>
<script nonce="${nonce}">document.forms[0].submit()</script>`
  const forDevelopers = detail
    ? `<h2>${escapeHtml(detail.label)}</h2>\n<pre lang="en" dir="ltr">${escapeHtml(`${detail.code}: ${detail.text}`)}</pre>`
    : ""
  const withCopyButton = reference
    ? `<p class="reference">${escapeHtml(t("common.reference"))} <code id="reference">${escapeHtml(reference)}</code>
<button type="button" data-copy="reference" data-copied="${escapeHtml(t("common.copied"))}" hidden><span aria-live="polite">${escapeHtml(t("common.copy"))}</span></button></p>
<script nonce="${nonce}" src="/copy.js" defer></script>`
    : ""
  return `<!doctype html>
<html lang="${locale}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · ${escapeHtml(BRAND_NAME)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<style nonce="${nonce}">${style}${brandColors ? brandStyle(brandColors, "--") : ""}</style>
</head>
<body>
<main>
<div class="brand">${brandLogo ? `<img src="${brandLogo.path}" alt="">` : mark}<span>${escapeHtml(BRAND_NAME)}</span></div>
<div class="card">
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
${button}
${forDevelopers}
${comparison ? compare(comparison) : ""}
${withCopyButton}
</div>
</main>
</body>
</html>
`
}
