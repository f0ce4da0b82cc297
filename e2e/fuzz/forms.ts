import type { Visitor } from "./material"
import type { Pair } from "./request"

/** A form of a page, with its hidden fields, as one browser received it. */
export type FoundForm = {
  action: string
  cookie: string
  fields: Pair[]
  /** The challenge of a passkey, where the form asks for one. */
  passkey: { kind: string; challenge: string } | null
}

const entities: Record<string, string> = { quot: '"', amp: "&", "#x27": "'", "#39": "'", lt: "<", gt: ">" }
const decode = (text = "") => text.replace(/&(quot|amp|#x27|#39|lt|gt);/g, (_, name: string) => entities[name] ?? "")
const attribute = (tag: string, name: string) => decode(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1])

/** Opens each page of a visitor and finds the forms in it. A button gives a form of its own. */
export async function findForms(issuer: string, { cookie, paths }: Visitor): Promise<FoundForm[]> {
  const found: FoundForm[] = []
  for (const path of paths) {
    const page = await fetch(issuer + path, { headers: { cookie }, redirect: "manual" })
    const html = await page.text()
    for (const [, tag = "", content = ""] of html.matchAll(/<form( [^>]*)>([\s\S]*?)<\/form>/g)) {
      const inputs: Pair[] = [...content.matchAll(/<(?:input|select|textarea)( [^>]*)>/g)]
        .map(([, input = ""]): Pair => [attribute(input, "name"), attribute(input, "value")])
        .filter(([name]) => name !== "")
      const options = attribute(content, "data-options")
      const kind = attribute(content, "data-passkey")
      const passkey = options ? { kind, challenge: (JSON.parse(options) as { challenge: string }).challenge } : null
      const buttons = [...content.matchAll(/<button( [^>]*)?>/g)].map(([, button = ""]) => button)
      for (const button of buttons.length > 0 ? buttons : [""]) {
        const pressed = attribute(button, "name")
        const fields: Pair[] = pressed ? [...inputs, [pressed, attribute(button, "value")]] : inputs
        const action = attribute(button, "formAction") || attribute(button, "formaction") || attribute(tag, "action")
        if (action.startsWith("/")) found.push({ action, cookie, fields, passkey })
      }
    }
  }
  return found
}
