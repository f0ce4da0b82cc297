const jwt = /(eyJ[\w-]+)\.([\w-]+)\.([\w-]+)/

/** Text in which the three parts of a JWT have different colours: header, claims, signature. */
export function JwtText({ text }: { text: string }) {
  const match = jwt.exec(text)
  if (!match) return text
  const [whole, header, claims, signature] = match
  return (
    <>
      {text.slice(0, match.index)}
      <span className="break-all">
        <span className="text-accent">{header}</span>.<span className="text-string">{claims}</span>.
        <span className="text-muted">{signature}</span>
      </span>
      {text.slice(match.index + whole.length)}
    </>
  )
}
