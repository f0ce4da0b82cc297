import { mkdtempSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { expect, test } from "vitest"
import { deriveBrandColors, readBrandLogo } from "./brand"
import { problemsOf } from "./testing/settings"

test("a colour is used as it is on light pages, and lightened until it is readable on dark ones", () => {
  expect(deriveBrandColors("#0b6b57")).toMatchObject({
    light: { accent: "#0b6b57", "on-accent": "#ffffff" },
    dark: { accent: expect.not.stringContaining("#0b6b57"), "on-accent": "#000000" },
  })
  expect(deriveBrandColors("#000000")).toMatchObject({ light: { "on-accent": "#ffffff" }, dark: { accent: "#8c8c8c" } })
})

test.each([
  ["#ffffff", "1.11:1"],
  ["#777777", "4.04:1"],
])("the colour %s is refused, because its contrast is %s", (color, contrast) => {
  expect(deriveBrandColors(color)).toEqual({
    problem: expect.stringContaining(`BRAND_COLOR has a contrast of ${contrast}`),
  })
  expect(problemsOf({ BRAND_COLOR: color })).toEqual([expect.stringContaining("Choose a darker colour")])
})

test.each(["red", "#123", "#12345g", "0b6b57"])("%j is not a colour", (color) => {
  expect(deriveBrandColors(color)).toEqual({ problem: "BRAND_COLOR must be a colour such as #0b6b57" })
})

test("a logo is an image of at most 100 KiB", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-logo-"))
  const store = (name: string, bytes: number) => {
    writeFileSync(path.join(folder, name), Buffer.alloc(bytes))
    return path.join(folder, name)
  }
  expect(readBrandLogo(store("logo.png", 102_400))).toMatchObject({
    contentType: "image/png",
    path: expect.stringMatching(/^\/brand-logo\?v=[0-9a-f]{12}$/),
  })
  expect(readBrandLogo(store("large.png", 102_401))).toEqual({ problem: expect.stringContaining("100 KiB") })
  expect(readBrandLogo(store("page.html", 10))).toEqual({ problem: expect.stringContaining(".svg, .png") })
  expect(readBrandLogo(path.join(folder, "missing.svg"))).toEqual({
    problem: expect.stringContaining("cannot be read"),
  })
})

test("the name and the links of the service are checked", () => {
  expect(problemsOf({ BRAND_NAME: "x".repeat(51) })).toEqual(["BRAND_NAME must have at most 50 characters"])
  expect(problemsOf({ SUPPORT_URL: "javascript:alert(1)" })).toEqual([
    "SUPPORT_URL must be an http, https or mailto URL",
  ])
  expect(problemsOf({ SUPPORT_URL: "mailto:help@example.com", TERMS_URL: "https://example.com/terms" })).toEqual([])
})
