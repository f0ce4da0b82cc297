/** Names that normalise to the same text differ only in case, underscores and hyphens. */
const normalise = (name: string) => name.toUpperCase().replace(/[_-]/g, "")

/** Settings that are never looked for: other programs read the same name in another spelling, such as LOGLEVEL. */
const shared = new Set(["LOG_LEVEL"])

/**
 * How many letters before the last word may differ. Short names and names of one word are left alone: other programs have
 * variables that look like PORT or HOST.
 */
function tolerance(setting: string): number {
  const { length } = normalise(setting)
  if (length < 9) return 0
  return length < 14 ? 1 : 2
}

/**
 * Finds variables that are not settings but look like misspelt ones, such as SIGNUP for SIGN_UP.
 * @param present the names in the environment that have a value
 * @param settings the names of all settings
 * @returns each variable with the setting that it looks like, unless that one is set as well
 */
export function findMisspelt(present: string[], settings: string[]): { name: string; setting: string }[] {
  const absent = settings.filter((name) => name.includes("_") && !shared.has(name) && !present.includes(name))
  return present
    .filter((name) => !settings.includes(name))
    .flatMap((name) => {
      const setting = absent.find((candidate) => looksLike(normalise(name), candidate))
      return setting ? [{ name, setting }] : []
    })
}

/**
 * The last word says what kind of value it is, so it must be there: SESSION_SECRETS is not SESSION_SECONDS, and
 * DATABASE_URI is another program's. Only its plural may be missing.
 */
function looksLike(name: string, setting: string): boolean {
  const words = setting.split("_")
  const last = words.pop() ?? ""
  const ending = [last, last.replace(/IES$/, "Y"), last.replace(/S$/, "")].find((word) => name.endsWith(word))
  // A number tells two variables of a program from each other: DATABASE_URL_2.
  if (!ending || /\d/.test(name)) return false
  return countEdits(name.slice(0, -ending.length), words.join("")) <= tolerance(setting)
}

/** The Levenshtein distance: how many letters must be inserted, deleted or replaced. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (let j = 1; j <= to.length; j++) {
      const replace = (row[j - 1] ?? 0) + (letter === to[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
