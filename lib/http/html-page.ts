/** A page with one message: a title, what to do, and for a developer what was wrong. */
export type Page = {
  title: string
  lead: string
  detail?: { label: string; code: string; text: string }
  action: { label: string; href: string }
  flowId?: string
}

// The look of the React pages (tailwind.config.ts), for the answers of route handlers, which import nothing of Next.
const style = `
:root { color-scheme: light dark; --paper: #f5f7f5; --surface: #fff; --sunken: #f1f4f1; --line: #dde4df; --edge: #84918b; --ink: #12201b; --muted: #52615a; --accent: #0b6b57 }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1211; --surface: #151c1a; --sunken: #101615; --line: #28332f; --edge: #6a7a73; --ink: #e8efec; --muted: #a0b1aa; --accent: #5ac8ad } }
* { box-sizing: border-box; margin: 0 }
body { min-height: 100dvh; display: grid; place-items: center; padding: 2rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; -webkit-text-size-adjust: 100% }
main { width: 100%; max-width: 26rem; padding: 2rem 1.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 1rem }
img { display: block; width: 2.5rem; height: 2.5rem; margin-bottom: 1.25rem }
h1 { font-size: 1.375rem; line-height: 1.25; text-wrap: balance }
p { margin-top: .75rem; color: var(--muted); overflow-wrap: anywhere }
h2 { margin-top: 1.5rem; font-size: .875rem }
pre { margin-top: .5rem; padding: .75rem; background: var(--sunken); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
a { display: flex; min-height: 2.75rem; margin-top: 1.5rem; align-items: center; justify-content: center; border: 1px solid var(--edge); border-radius: .5rem;
  color: var(--ink); font-weight: 500; text-decoration: none }
.flow { margin-top: 1.25rem; font-size: .8125rem; text-align: center }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
a:hover { background: var(--sunken) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "")

/** The page as HTML. Every text is escaped. @param nonce the nonce of the answer's Content-Security-Policy */
export function htmlPage({ title, lead, detail, action, flowId }: Page, nonce: string): string {
  const forDevelopers = detail
    ? `<h2>${escapeHtml(detail.label)}</h2>\n<pre>${escapeHtml(`${detail.code}: ${detail.text}`)}</pre>`
    : ""
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} - OAuth Flow</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<img src="/icon.svg" alt="">
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(lead)}</p>
${forDevelopers}
<a href="${escapeHtml(action.href)}">${escapeHtml(action.label)}</a>
${flowId ? `<p class="flow">Number of this flow: <code>${escapeHtml(flowId)}</code></p>` : ""}
</main>
</body>
</html>
`
}
