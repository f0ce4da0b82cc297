import { OAuthError } from "./errors"

/** The parameters of one request, read by one set of rules whether they came in a query or a form. */
export type Parameters = {
  /** The value, or undefined. @throws OAuthError invalid_request when it was sent twice, holds a control character or is not UTF-8 */
  get(name: string): string | undefined
  /** As `get`. @throws OAuthError invalid_request when it is missing */
  require(name: string): string
  /** Every value of a parameter that may appear more than once (`resource`, RFC 8707 section 2). */
  getAll(name: string): string[]
  /** Throws what reading each parameter would throw, also for those that the endpoint does not use. */
  checkAll(): void
  /** Characters of the parameters together, form-encoded: as they came or as `toString` writes them, whichever is longer. */
  length(): number
  /** The parameters as they came, in order. */
  entries(): [string, string][]
  /** The parameters as a query string. @throws OAuthError invalid_request when a value is not UTF-8 */
  toString(): string
}

/** Parameters that RFC 8707 section 2 allows to be repeated. */
const repeatable = new Set(["resource"])

// No OAuth parameter may hold one (RFC 6749 appendix A), and a database may refuse NUL.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/

export const hasControlCharacter = (value: string): boolean => controlCharacters.test(value)

/** Parameter names are made safe for an error_description (RFC 6749 section 5.2). */
const printable = (name: string) => name.replace(/[^A-Za-z0-9_.-]/g, "?").slice(0, 64)

/** More than any request of the protocol has, and few enough to look at each. */
const maxParameters = 100

/**
 * @param text application/x-www-form-urlencoded, as it is in a query or a body
 * @throws OAuthError invalid_request when there are more than a hundred
 */
export function parseParameters(text: string): Parameters {
  const pairs = new URLSearchParams(text)
  const all = [...pairs.entries()]
  if (all.length > maxParameters) {
    throw OAuthError.invalidRequest(
      `The request has more than ${maxParameters} parameters. Send fewer.`,
      "parameter_invalid",
    )
  }
  const problems = findProblems(text, all)
  const values = new Map<string, string[]>()
  for (const [name, value] of all) values.set(name, [...(values.get(name) ?? []), value])

  function readAll(name: string): string[] {
    const problem = problems.get(name)
    if (problem) throw invalidParameter(name, problem)
    return values.get(name) ?? []
  }
  function readSingle(name: string): string | undefined {
    // RFC 6749 section 3.1: "Request and response parameters MUST NOT be included more than once."
    if ((values.get(name)?.length ?? 0) > 1) {
      throw OAuthError.invalidRequest(
        `The parameter ${printable(name)} was sent more than once. Send it once.`,
        "parameter_repeated",
      )
    }
    // RFC 6749 section 3.1: "Parameters sent without a value MUST be treated as if they were omitted from the request."
    return readAll(name)[0] || undefined
  }
  return {
    get: readSingle,
    require(name) {
      const value = readSingle(name)
      if (value === undefined) {
        throw OAuthError.invalidRequest(`The parameter ${printable(name)} is missing.`, "parameter_missing")
      }
      return value
    },
    getAll: (name) => readAll(name).filter(Boolean),
    checkAll() {
      for (const name of values.keys()) (repeatable.has(name) ? readAll : readSingle)(name)
    },
    // Not a getter: V8 makes a hidden class for each object literal that has one, and keeps it.
    length: () => Math.max(text.length, pairs.toString().length),
    entries: () => all,
    toString() {
      for (const [name, problem] of problems) if (problem === notUtf8) throw invalidParameter(name, problem)
      return pairs.toString()
    },
  }
}

const notUtf8 = "is not valid UTF-8"

/** Printable ASCII without an escape, as most requests about tokens are. One look at it is faster than one at each value. */
const plain = /^[\x20-\x24\x26-\x7e]*$/

/** What is wrong with the value of a parameter, by its name. */
function findProblems(text: string, pairs: [string, string][]): Map<string, string> {
  const problems = new Map<string, string>()
  if (plain.test(text)) return problems
  for (const name of findUndecodable(text)) problems.set(name, notUtf8)
  for (const [name, value] of pairs) {
    if (hasControlCharacter(value) && !problems.has(name)) problems.set(name, "has a control character in it")
  }
  return problems
}

/**
 * The names of the parameters that are not UTF-8 once their percent-encoding is decoded. URLSearchParams puts U+FFFD in
 * the place of such bytes, and the client would get back another value than it sent.
 */
function findUndecodable(text: string): Set<string> {
  const names = new Set<string>()
  // An escape below %80 is ASCII.
  if (!/%[89a-f]/i.test(text)) return names
  // URLSearchParams leaves out a question mark at the start.
  for (const pair of text.replace(/^\?/, "").split("&")) {
    try {
      for (const [escapes] of pair.matchAll(/(%[0-9a-f]{2})+/gi)) decodeURIComponent(escapes)
    } catch {
      for (const name of new URLSearchParams(`?${pair}`).keys()) names.add(name)
    }
  }
  return names
}

function invalidParameter(name: string, problem: string): OAuthError {
  return OAuthError.invalidRequest(`The parameter ${printable(name)} ${problem}.`, "parameter_invalid")
}
