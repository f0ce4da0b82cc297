import { type DiagramName, diagrams, numberedSteps, type PlacedStep, participants } from "./diagrams"

/** A diagram in Mermaid, with only the numbered steps. */
export function toMermaid(diagram: DiagramName): string {
  const [first, ...others] = diagrams[diagram].participants.map((participant) => participants[participant])
  const heads = [`actor ${first}`, ...others.map((name) => `participant ${name}`)]
  return ["sequenceDiagram", "autonumber", "", ...heads, "", ...numberedSteps(diagram).flatMap(toLines)].join("\n")
}

function toLines({ from, to, text, request }: PlacedStep): string[] {
  // An arrow within one participant has no head.
  const line = `${participants[from]}${from === to ? "-->" : "-->>"}${participants[to]}: ${text}`
  const side = from === "client" ? "right of" : "left of"
  return request ? [line, `Note ${side} ${participants[from]}: ${request}`] : [line]
}
