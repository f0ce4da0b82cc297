// npm run diagrams: writes the sequence diagrams into README.md, from lib/flows/diagrams.ts.
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { type DiagramName, diagrams } from "../diagrams"
import { toMermaid } from "../mermaid"

/** The four flows. The other diagrams are in the inspector only. */
const flows: DiagramName[] = ["authorization", "introspection", "refresh", "revocation"]

/** Replaces the diagram of each flow, which is under the heading of its title, with the current one. */
export function withDiagrams(markdown: string): string {
  return flows.reduce((text, diagram) => {
    const { title } = diagrams[diagram]
    const block = new RegExp(`(?<=^### ${title}\n\n\`\`\`mermaid\n)[^\`]*(?=\n\`\`\`)`, "m")
    if (!block.test(text)) throw new Error(`README.md has no diagram under the heading ${title}.`)
    return text.replace(block, () => toMermaid(diagram))
  }, markdown)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync("README.md", withDiagrams(readFileSync("README.md", "utf8")))
}
