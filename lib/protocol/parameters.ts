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

export function parseParameters(pairs: URLSearchParams): Parameters {
  function checkSingle(name: string, values: string[]): void {
    // RFC 6749 section 3.1: "Request and response parameters MUST NOT be included more than once."
    if (values.length > 1) {
      throw OAuthError.invalidRequest(`The parameter ${printable(name)} was sent more than once.`, "parameter_repeated")
    }
    checkCharacters(name, values)
  }
  function checkCharacters(name: string, values: string[]): void {
    if (values.some((value) => controlCharacters.test(value))) {
      throw OAuthError.invalidRequest(
        `The parameter ${printable(name)} has a control character in it.`,
        "parameter_invalid",
      )
    }
  }
  return {
    get(name) {
      const values = pairs.getAll(name)
      checkSingle(name, values)
      // RFC 6749 section 3.1: "Parameters sent without a value MUST be treated as if they were omitted from the request."
      return values[0] || undefined
    },
    require(name) {
      const value = this.get(name)
      if (value === undefined) {
        throw OAuthError.invalidRequest(`The parameter ${printable(name)} is missing.`, "parameter_missing")
      }
      return value
    },
    getAll(name) {
      const values = pairs.getAll(name).filter(Boolean)
      checkCharacters(name, values)
      return values
    },
    checkRepeated() {
      for (const name of new Set(pairs.keys())) {
        const check = repeatable.has(name) ? checkCharacters : checkSingle
        check(name, pairs.getAll(name))
      }
    },
    entries: () => [...pairs.entries()],
    toString: () => pairs.toString(),
  }
}
