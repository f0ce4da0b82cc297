const maxCharacters = 64

/**
 * The name of a Client, safe to show. Clients choose their own names, so a name is cut short, and cannot reverse the text
 * around it or overflow its line.
 */
export function ClientName({ name }: { name: string }) {
  return (
    <bdi dir="auto" className="font-semibold text-ink [overflow-wrap:anywhere]">
      {shorten(removeUnreadable(name)) || "An unnamed app"}
    </bdi>
  )
}

/** Removes control characters, direction overrides, and all but three of the accents on one letter. */
function removeUnreadable(name: string): string {
  return name
    .replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .trim()
}

function shorten(name: string): string {
  const characters = [...name]
  if (characters.length <= maxCharacters) return name
  const start = characters.slice(0, maxCharacters - 1).join("")
  return `${start.trimEnd()}…`
}
