import type { ReactNode } from "react"
import { JwtText } from "./jwt-text"

const lexemes = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A JSON value on several lines. Names, texts and numbers have different colours. */
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

/** Prose breaks between words. A token has no words, so it breaks anywhere rather than at its hyphens. */
function textLook(text: string): string {
  return text.includes(" ") ? "text-string" : "text-string break-all"
}
