const maxCharacters = 64

/**
 * The name of a Client, safe to show. Clients choose their own names, so a name is cut short, and cannot reverse the text
 * around it or overflow its line.
 * @param unnamed what to show for a Client without a readable name
 */
export function ClientName({ name, unnamed }: { name: string; unnamed: string }) {
  return (
    <bdi dir="auto" className="font-semibold text-ink [overflow-wrap:anywhere]">
      {shorten(removeUnreadable(name)) || unnamed}
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
