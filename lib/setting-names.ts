/** Removes differences in case, underscores and hyphens. */
const normalise = (name: string) => name.toUpperCase().replace(/[_-]/g, "")

/** Settings that are not checked, because other programs use a similar name, such as LOGLEVEL. */
const ambiguous = new Set(["LOG_LEVEL"])

/**
 * The maximum number of different letters before the last word. Short names must match exactly, because other programs have
 * variables that look like PORT or HOST.
 */
function maxEdits(setting: string): number {
  const { length } = normalise(setting)
  if (length < 9) return 0
  return length < 14 ? 1 : 2
}

/**
 * Finds environment variables that look like misspelt settings, such as SIGNUP for SIGN_UP.
 * @param present the names of all variables with a value
 * @param settings the names of all settings
 * @returns each variable with the setting that it resembles, unless that setting is set too
 */
export function findMisspelt(present: string[], settings: string[]): { name: string; setting: string }[] {
  const absent = settings.filter((name) => name.includes("_") && !ambiguous.has(name) && !present.includes(name))
  return present
    .filter((name) => !settings.includes(name))
    .flatMap((name) => {
      const setting = absent.find((candidate) => looksLike(normalise(name), candidate))
      return setting ? [{ name, setting }] : []
    })
}

/**
 * The last word must match, except for its plural, because it names the kind of value: SESSION_SECRETS is not
 * SESSION_SECONDS, and DATABASE_URI belongs to another program.
 */
function looksLike(name: string, setting: string): boolean {
  const words = setting.split("_")
  const last = words.pop() ?? ""
  const ending = [last, last.replace(/IES$/, "Y"), last.replace(/S$/, "")].find((word) => name.endsWith(word))
  // Programs number their variables: DATABASE_URL_2.
  if (!ending || /\d/.test(name)) return false
  return countEdits(name.slice(0, -ending.length), words.join("")) <= maxEdits(setting)
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
