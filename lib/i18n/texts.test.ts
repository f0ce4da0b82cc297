import { IntlMessageFormat } from "intl-messageformat"
import { expect, test } from "vitest"
import { findAcceptedLocale, findUiLocale, locales } from "./locales"
import { en } from "./messages/en"
import { catalogues, formatDuration, textsIn } from "./texts"

/** Every text of a catalogue, by its key. */
function listTexts(catalogue: object, prefix = ""): [key: string, text: string][] {
  return Object.entries(catalogue).flatMap(([name, value]) =>
    typeof value === "string" ? [[`${prefix}${name}`, value]] : listTexts(value as object, `${prefix}${name}.`),
  )
}

/** The names of the placeholders and tags of a message, those inside tags and plurals included. */
function listNames(message: string): string[] {
  const names = new Set<string>()
  const visit = (parts: ReturnType<IntlMessageFormat["getAst"]>) => {
    for (const part of parts) {
      if ("value" in part && part.type !== 0) names.add(part.value)
      if ("children" in part) visit(part.children)
      if ("options" in part) for (const option of Object.values(part.options)) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(message, "en").getAst())
  return [...names].sort()
}

const english = new Map(listTexts(en))

test.each(locales)(
  "the catalogue %s has every key, with the same placeholders and tags, and no empty text",
  (locale) => {
    const texts = listTexts(catalogues[locale])
    expect(texts.map(([key]) => key)).toEqual([...english.keys()])
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe("")
      expect(listNames(text), key).toEqual(listNames(english.get(key) ?? ""))
    }
  },
)

test.each(locales)("the plurals of %s have every form that the language has for whole numbers", (locale) => {
  const forms = new Set(Array.from({ length: 200 }, (_, count) => new Intl.PluralRules(locale).select(count)))
  for (const [key, text] of listTexts(catalogues[locale])) {
    const [, options] = /\{\w+, plural, (.*)\}$/.exec(text) ?? []
    if (options === undefined) continue
    for (const form of forms) expect(options, `${key}: ${form}`).toMatch(new RegExp(`(^|\\s)(${form}|other) \\{`))
    expect(options).toContain("other {")
  }
})

test("the language that fits best is found", () => {
  expect(findAcceptedLocale("en-GB,en;q=0.9")).toBe("en")
  expect(findAcceptedLocale("xx, en;q=0.1")).toBe("en")
  expect(findAcceptedLocale("de-AT,de;q=0.9,en;q=0.8")).toBe("de")
  expect(findAcceptedLocale("fr;q=0.5, pt-BR;q=0.9")).toBe("pt")
  expect(findAcceptedLocale("zh-Hans-CN")).toBe("zh")
  expect(findAcceptedLocale("en;q=0")).toBeNull()
  for (const nothing of ["xx", "", null, "*;q=0", "\u0000,;;q=x"]) expect(findAcceptedLocale(nothing)).toBeNull()
})

test("ui_locales is a list in order of preference", () => {
  expect(findUiLocale("xx-YY en-US")).toBe("en")
  expect(findUiLocale("fr-CA fr en")).toBe("fr")
  for (const nothing of ["xx", "", undefined, "*", "en,de", " "]) expect(findUiLocale(nothing)).toBeNull()
})

test("a duration is in seconds, or in minutes rounded up", () => {
  const texts = textsIn("en")
  expect([1, 59, 60, 61, 600].map((seconds) => formatDuration(texts, seconds))).toEqual([
    "1 second",
    "59 seconds",
    "1 minute",
    "2 minutes",
    "10 minutes",
  ])
})
