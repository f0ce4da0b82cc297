import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { root } from "@/lib/testing/packages"
import { parseConfig, settingNames } from "./config"

const settings = [...readFileSync(path.join(root, ".env.example"), "utf8").matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(
  ([, name = "", value = ""]) => [name, value] as const,
)

test(".env.example contains every setting once, and nothing else", () => {
  expect(settings.map(([name]) => name).toSorted()).toEqual(settingNames.toSorted())
})

test(".env.example contains the default values", () => {
  const defaults = { ...parseConfig({}, root), ISSUER: undefined, DATABASE_URL: undefined, TRUSTED_PROXIES: undefined }
  expect(parseConfig(Object.fromEntries(settings), root)).toMatchObject({
    ...defaults,
    ISSUER: expect.any(String),
    DATABASE_URL: expect.any(String),
    TRUSTED_PROXIES: expect.anything(),
  })
})
