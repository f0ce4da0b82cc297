const longest = 64

/**
 * The name of a Client as text. Whoever registers a Client chooses its name, so it is cut short, and kept from turning
 * the direction of the words around it and from growing out of its line.
 */
export function ClientName({ name }: { name: string }) {
  return (
    <bdi dir="auto" className="font-semibold text-ink [overflow-wrap:anywhere]">
      {shorten(tame(name)) || "an unnamed client"}
    </bdi>
  )
}

/** Takes out what is not text to read: control characters, direction overrides, and towers of accents. */
function tame(name: string): string {
  return name
    .replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .trim()
}

function shorten(name: string): string {
  const characters = [...name]
  return characters.length > longest
    ? `${characters
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`
    : name
}
