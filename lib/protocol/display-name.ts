const maxLength = 100

/**
 * Control characters, half surrogates, line breaks, and what changes or hides the text around it: bidirectional embeddings,
 * overrides and isolates, zero-width spaces, soft hyphens, annotations. Right-to-left marks (U+200E, U+200F, U+061C) and
 * joiners (U+200C, U+200D) stay allowed: Hebrew, Arabic, Persian and Indic names, and emoji, need them.
 */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u

/** A letter, digit, sign or symbol that is not blank. */
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * Whether a name of a client or a User can be shown to people: 1 to 100 characters on one line, at least one of them
 * visible, none of which reorders or hides other text on the page.
 * @param name without white space around it
 */
export function isDisplayName(name: string): boolean {
  return name.length <= maxLength && visible.test(name) && !forbidden.test(name)
}
