import { type Diagram, participants } from "./diagrams"

/** A diagram in mermaid's language, with the numbered steps alone. */
export function toMermaid(diagram: Diagram): string {
  const [first, ...others] = diagram.participants.map((participant) => participants[participant])
  const lines = diagram.steps.filter(({ optional }) => !optional).flatMap(toLines)
  return ["sequenceDiagram", "autonumber", "", `actor ${first}`, ...others.map((name) => `participant ${name}`), ""]
    .concat(lines)
    .join("\n")
}

function toLines({ from, to, text, request }: Diagram["steps"][number]): string[] {
  // An arrow that stays with its participant is drawn without a head.
  const arrow = from === to ? "-->" : "-->>"
  const line = `${participants[from]}${arrow}${participants[to]}: ${text}`
  return request ? [line, `Note ${request.beside} ${participants[request.participant]}: ${request.line}`] : [line]
}
