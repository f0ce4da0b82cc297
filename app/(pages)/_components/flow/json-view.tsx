import type { ReactNode } from "react"
import { JwtText } from "./jwt-text"

const lexemes = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A JSON value over several lines, with its names, texts and numbers in colours of their own. */
export function JsonView({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2)
  const pieces: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(lexemes)) {
    const [lexeme, string, colon] = match
    pieces.push(text.slice(end, match.index))
    end = match.index + lexeme.length
    pieces.push(
      <span key={match.index} className={colon ? "text-accent" : string ? textLook(string) : "text-number"}>
        {string && !colon ? <JwtText text={string} /> : lexeme}
      </span>,
    )
  }
  return (
    <code className="block whitespace-pre-wrap [overflow-wrap:anywhere]">
      {pieces}
      {text.slice(end)}
    </code>
  )
}

/** Prose breaks between words; a token has none, and its hyphens are no place to break either. */
function textLook(text: string): string {
  return text.includes(" ") ? "text-string" : "text-string break-all"
}
