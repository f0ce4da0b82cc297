import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { makeTestFolder } from "@/lib/testing/database"
import { runInProcesses } from "@/lib/testing/processes"
import { applySettings } from "@/lib/testing/settings"
import { deriveKey, deriveKeys, type KeyPurpose, masterSecrets, secretIds } from "./secret"

describe("without SECRET, for an SQLite file", () => {
  let folder: { path: string; remove(): void }
  beforeEach(() => {
    folder = makeTestFolder()
  })
  afterEach(() => folder.remove())

  const databaseUrl = () => `file:${path.join(folder.path, "data/test.db")}`
  const secretFile = () => `${databaseUrl().slice("file:".length)}.secret`
  const start = () => applySettings({ DATABASE_URL: databaseUrl(), SECRET: "" })

  test("a 256-bit secret is created in a file beside the database that only its owner can read", () => {
    start()
    const [secret = Buffer.of()] = masterSecrets()
    expect(Buffer.from(secret.toString("utf8"), "base64url")).toHaveLength(32)
    expect(readFileSync(secretFile())).toEqual(secret)
    if (process.platform !== "win32") expect(statSync(secretFile()).mode & 0o777).toBe(0o600)
    expect(readdirSync(path.dirname(secretFile()))).toEqual(["test.db.secret"])
  })

  test("the secret is created once: the next process reads it", () => {
    start()
    const first = masterSecrets()
    start()
    expect(masterSecrets()).toEqual(first)
    expect(readdirSync(path.dirname(secretFile()))).toEqual(["test.db.secret"])
  })

  test("a line break after the secret is ignored", () => {
    start()
    const [secret = Buffer.of()] = masterSecrets()
    writeFileSync(secretFile(), `${secret}\n`)
    start()
    expect(masterSecrets()).toEqual([secret])
  })

  test("an incomplete secret file is rejected and left unchanged", () => {
    start()
    masterSecrets()
    for (const text of ["", "\n", "s".repeat(31)]) {
      writeFileSync(secretFile(), text)
      start()
      expect(() => masterSecrets()).toThrow(secretFile())
      expect(readFileSync(secretFile(), "utf8")).toBe(text)
    }
  })

  test("processes that start together have the same secret", async () => {
    const answers = await runInProcesses(2, "create the secret", { DATABASE_URL: databaseUrl() })
    expect(new Set(answers).size).toBe(1)
    expect(readdirSync(path.dirname(secretFile()))).toEqual(["test.db.secret"])
  })
})

test("SECRET is used when it is set, and no file is created", () => {
  const folder = makeTestFolder()
  applySettings({
    DATABASE_URL: `file:${path.join(folder.path, "test.db")}`,
    SECRET: "a secret that the operator has set",
  })
  expect(masterSecrets().map(String)).toEqual(["a secret that the operator has set"])
  expect(readdirSync(folder.path)).toEqual([])
  folder.remove()
})

test("SECRET can list several secrets, and so can the file: the first one protects what is new", () => {
  const [newest, older] = ["a newer secret that the operator has set", "the secret that was there before it"]
  applySettings({ SECRET: `${newest}, ${older}` })
  expect(masterSecrets().map(String)).toEqual([newest, older])
  const [first, second] = deriveKeys("state-token")
  expect(deriveKey("state-token")).toEqual(first)
  expect(second).not.toEqual(first)
  expect(secretIds()).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), expect.stringMatching(/^[0-9a-f]{12}$/)])

  const withComma = "short, and another part of this single secret"
  applySettings({ SECRET: withComma })
  expect(masterSecrets().map(String)).toEqual([withComma])

  const folder = makeTestFolder()
  const file = path.join(folder.path, "test.db")
  writeFileSync(`${file}.secret`, `${"n".repeat(43)}\n${"o".repeat(43)}\n`)
  applySettings({ DATABASE_URL: `file:${file}`, SECRET: "" })
  expect(masterSecrets().map(String)).toEqual(["n".repeat(43), "o".repeat(43)])
  folder.remove()
})

describe("a derived key", () => {
  const purposes: KeyPurpose[] = ["state-token", "refresh-token", "signing-key", "sign-in-limit"]
  const hex = (purpose: KeyPurpose) => Buffer.from(deriveKey(purpose)).toString("hex")

  test("has 256 bits and is the same every time", () => {
    applySettings()
    expect(deriveKey("state-token")).toHaveLength(32)
    expect(hex("state-token")).toBe(hex("state-token"))
  })

  test("differs for each purpose", () => {
    applySettings()
    expect(new Set(purposes.map(hex)).size).toBe(purposes.length)
  })

  test("differs for each secret", () => {
    applySettings()
    const before = purposes.map(hex)
    applySettings({ SECRET: "another secret of the unit tests, of no use" })
    for (const [i, purpose] of purposes.entries()) expect(hex(purpose)).not.toBe(before[i])
  })

  test("never changes for one secret and purpose, because it decrypts stored data", () => {
    applySettings({ SECRET: "0123456789abcdef0123456789abcdef" })
    expect(hex("signing-key")).toBe("ae16ed1a433ab54f693d95cb1d85197d16776ec5fecf43a9b9440c4d153d5c66")
  })
})
