import { OAuthError } from "./errors"

/** The parameters of one request, read by one set of rules whether they came in a query or a form. */
export type Parameters = {
  /** The value, or undefined. @throws OAuthError invalid_request when it was sent twice or holds a control character */
  get(name: string): string | undefined
  /** As `get`. @throws OAuthError invalid_request when it is missing */
  require(name: string): string
  /** Every value of a parameter that may stand more than once (`resource`, RFC 8707 section 2). */
  getAll(name: string): string[]
  /** Throws what reading each single parameter would throw, for the names that nobody asked for too. */
  checkRepeated(): void
  /** The parameters as they came, in order. */
  entries(): [string, string][]
  /** The parameters as a query string. */
  toString(): string
}

/** Parameters that RFC 8707 section 2 allows to be repeated. */
const repeatable = new Set(["resource"])

// No OAuth parameter may hold one (RFC 6749 appendix A), and a database may refuse NUL.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/

/** Parameter names are made safe to stand in an error_description (RFC 6749 section 5.2). */
const printable = (name: string) => name.replace(/[^A-Za-z0-9_.-]/g, "?").slice(0, 64)

/** More than any request of ours has, and few enough to look at each. */
const maxParameters = 100

/** @throws OAuthError invalid_request when there are more than a hundred */
export function parseParameters(pairs: URLSearchParams): Parameters {
  const all = [...pairs.entries()]
  if (all.length > maxParameters) {
    throw OAuthError.invalidRequest(`The request has more than ${maxParameters} parameters.`, "parameter_invalid")
  }
  const values = new Map<string, string[]>()
  for (const [name, value] of all) values.set(name, [...(values.get(name) ?? []), value])

  function readSingle(name: string): string | undefined {
    const [value, ...others] = values.get(name) ?? []
    // RFC 6749 section 3.1: "Request and response parameters MUST NOT be included more than once."
    if (others.length > 0) {
      throw OAuthError.invalidRequest(`The parameter ${printable(name)} was sent more than once.`, "parameter_repeated")
    }
    // RFC 6749 section 3.1: "Parameters sent without a value MUST be treated as if they were omitted from the request."
    return checkCharacters(name, value) || undefined
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
    getAll: (name) => (values.get(name) ?? []).filter((value) => checkCharacters(name, value)),
    checkRepeated() {
      for (const name of values.keys()) if (!repeatable.has(name)) readSingle(name)
    },
    entries: () => all,
    toString: () => pairs.toString(),
  }
}

function checkCharacters<Value extends string | undefined>(name: string, value: Value): Value {
  if (value !== undefined && controlCharacters.test(value)) {
    throw OAuthError.invalidRequest(
      `The parameter ${printable(name)} has a control character in it.`,
      "parameter_invalid",
    )
  }
  return value
}
