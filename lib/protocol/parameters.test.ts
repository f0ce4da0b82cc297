import { describe, expect, test } from "vitest"
import { descriptionCharacters, oauthError } from "@/lib/testing/errors"
import { parseParameters } from "./parameters"

const parse = parseParameters

describe("a parameter", () => {
  test("is read by its name", () => {
    expect(parse("a=1&b=two+words%21").get("b")).toBe("two words!")
    expect(parse("a=1").get("A")).toBeUndefined()
  })

  test("that is sent twice is refused, whether the values differ or not", () => {
    for (const query of ["a=1&a=2", "a=1&a=1", "a=1&a=", "a=&a="]) {
      expect(() => parse(query).get("a"), query).toThrow(oauthError("invalid_request", "parameter_repeated"))
    }
  })

  test("without a value is ignored (RFC 6749 section 3.1)", () => {
    expect(parse("a=").get("a")).toBeUndefined()
    expect(parse("a").get("a")).toBeUndefined()
    expect(() => parse("a=").require("a")).toThrow(oauthError("invalid_request", "parameter_missing"))
  })

  test("that is required and missing is named in the answer", () => {
    expect(() => parse("").require("code")).toThrow(
      expect.objectContaining({ description: "The parameter code is missing." }),
    )
  })

  test("with a control character is refused", () => {
    for (const character of ["%00", "%01", "%09", "%0A", "%0D", "%1F", "%7F"]) {
      expect(() => parse(`a=x${character}y`).get("a")).toThrow(oauthError("invalid_request", "parameter_invalid"))
      expect(() => parse(`resource=x${character}y`).getAll("resource")).toThrow(
        oauthError("invalid_request", "parameter_invalid"),
      )
    }
  })

  test("may hold any other character", () => {
    expect(parse("a=%20%C3%A9%F0%9F%98%80%22%5C").get("a")).toBe(' \u00e9\u{1f600}"\\')
  })

  test.each(["%ff", "%C3", "%C3x", "x%A9", "%C3+%A9", "%E2%82", "%c0%af", "%ED%A0%80", "%F4%90%80%80", "%EF%BF%BD%80"])(
    "with the bytes %s, which are not UTF-8, is refused and no other is",
    (bytes) => {
      const parameters = parse(`a=1&b=${bytes}&resource=r&resource=${bytes}&${bytes}=2`)
      const refused = oauthError("invalid_request", "parameter_invalid")
      expect(parameters.get("a")).toBe("1")
      expect(() => parameters.get("b")).toThrow(refused)
      expect(() => parameters.getAll("resource")).toThrow(refused)
      expect(() => parameters.toString()).toThrow(refused)
      for (const text of [`b=${bytes}`, `resource=${bytes}`, `${bytes}=2`]) {
        expect(() => parse(text).checkAll(), text).toThrow(refused)
      }
    },
  )

  test("with a control character and bytes that are not UTF-8 is refused in a query string too", () => {
    const refused = expect.objectContaining({ description: "The parameter a is not valid UTF-8." })
    expect(() => parse("a=%01%ff").get("a")).toThrow(refused)
    expect(() => parse("a=%01%ff").toString()).toThrow(refused)
  })

  test("that begins with a question mark is another one", () => {
    const parameters = parse("a=1&?resource=%80")
    expect(parameters.getAll("resource")).toEqual([])
    expect(() => parameters.get("?resource")).toThrow(oauthError("invalid_request", "parameter_invalid"))
    expect(() => parse("?a=%80").get("a")).toThrow(oauthError("invalid_request", "parameter_invalid"))
  })

  test("keeps U+FFFD and a byte order mark that were sent as such", () => {
    expect(parse("a=%EF%BF%BD%EF%BB%BFx&b=\ufffd").get("a")).toBe("\ufffd\ufeffx")
    expect(parse("b=\ufffd").get("b")).toBe("\ufffd")
    expect(parse("a=%&b=%zz&c=%E2%82%AC").checkAll()).toBeUndefined()
  })

  test("that may be repeated is read as a list without empty values", () => {
    expect(parse("resource=a&x=1&resource=&resource=b").getAll("resource")).toEqual(["a", "b"])
  })
})

describe("a whole request", () => {
  test("is refused for a repeated parameter or a control character in an unused parameter", () => {
    expect(() => parse("a=1&unknown=2&unknown=3").checkAll()).toThrow(
      oauthError("invalid_request", "parameter_repeated"),
    )
    expect(() => parse("a=1&unknown=%00").checkAll()).toThrow(oauthError("invalid_request", "parameter_invalid"))
  })

  test("may have at most a hundred parameters", () => {
    const query = (count: number) => Array.from({ length: count }, (_, i) => `p${i}=1`).join("&")
    expect(parse(query(100)).entries()).toHaveLength(100)
    expect(() => parse(query(101))).toThrow(oauthError("invalid_request", "parameter_invalid"))
  })

  test("may repeat resource alone (RFC 8707 section 2)", () => {
    expect(parse("a=1&resource=a&resource=b").checkAll()).toBeUndefined()
  })

  test("is given back in its order", () => {
    expect(parse("b=1&a=2&b=3").entries()).toEqual([
      ["b", "1"],
      ["a", "2"],
      ["b", "3"],
    ])
    expect(parse("b=1&a=two+words").toString()).toBe("b=1&a=two+words")
  })
})

test("a name that is not printable, or very long, is made fit for an error_description", () => {
  for (const name of ['"\\', "\r\nSet-Cookie: x", "caf\u00e9", "\u{1f600}", "n".repeat(5000)]) {
    const parameters = parse(
      `${new URLSearchParams([
        [name, "1"],
        [name, "2"],
      ])}`,
    )
    expect(() => parameters.checkAll()).toThrow(
      expect.objectContaining({ description: expect.stringMatching(descriptionCharacters) }),
    )
    expect(() => parameters.checkAll()).toThrow(
      expect.objectContaining({ description: expect.stringMatching(/^.{1,120}$/) }),
    )
  }
})
