/** Names that normalise to the same text differ only in case, underscores and hyphens. */
const normalise = (name: string) => name.toUpperCase().replace(/[_-]/g, "")

/**
 * How many letters may differ. Short names and names of one word are left alone: other programs have variables that look
 * like PORT or HOST.
 */
function tolerance(setting: string): number {
  const { length } = normalise(setting)
  if (!setting.includes("_") || length < 9) return 0
  return length < 12 ? 1 : length < 14 ? 2 : 3
}

/**
 * Finds variables that are not settings but look like misspelt ones, such as SIGNUP for SIGN_UP.
 * @param present the names in the environment that have a value
 * @param settings the names of all settings
 * @returns each variable with the setting that it looks like, unless that one is set as well
 */
export function findMisspelt(present: string[], settings: string[]): { name: string; setting: string }[] {
  const absent = settings.filter((setting) => setting.includes("_") && !present.includes(setting))
  return present
    .filter((name) => !settings.includes(name))
    .flatMap((name) => {
      const setting = absent.find((candidate) => looksLike(normalise(name), candidate))
      return setting ? [{ name, setting }] : []
    })
}

function looksLike(name: string, setting: string): boolean {
  const limit = tolerance(setting)
  const wanted = normalise(setting)
  return Math.abs(name.length - wanted.length) <= limit && countEdits(name, wanted) <= limit
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
