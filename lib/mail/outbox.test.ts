import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type Config, config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { mailWrites } from "@/lib/data/mail"
import { write } from "@/lib/data/statement"
import { perProcess } from "@/lib/per-process"
import { generateId } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { type MailServer, startMailServer } from "@/lib/testing/mail-server"
import type { MailDraft } from "./content"
import { listOutbox, prepareMail, sendDueMail } from "./outbox"

let server: MailServer
beforeAll(async () => {
  server = await startMailServer()
})
afterAll(() => server.close())

/** The settings of the running test, with e-mail. */
function useMail(changes: Partial<Config> = {}): void {
  perProcess<Config>("config").value = {
    ...config(),
    mail: "smtp",
    SMTP_URL: server.url,
    MAIL_FROM: "Shop <login@example.com>",
    BRAND_NAME: "Shop & Co",
    ...changes,
  }
}

const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000)
const link = "https://login.example.com/reset-password/choose?token=a-token"

describeOnEachDatabase("an e-mail", () => {
  let to: string
  beforeEach(async () => {
    await (await database()).mail.deleteMany()
    to = `${generateId().toLowerCase()}@example.com`
    server.refusal = null
    useMail()
  })

  async function store(draft: MailDraft = { kind: "resetPassword", link, to, locale: "en" }): Promise<void> {
    await write(...mailWrites(await prepareMail(draft)))
  }
  const rows = async () => (await database()).mail.findMany()
  const receivedBy = (address: string) => server.received.filter((mail) => mail.to === address)

  test("is sent as text and as HTML, and deleted afterwards", async () => {
    await store()
    expect(await sendDueMail()).toBe(1)
    const [mail] = receivedBy(to)
    expect(mail).toMatchObject({ from: "login@example.com", subject: "Reset your Shop & Co password" })
    for (const part of [mail?.text, mail?.html]) expect(part).toContain(link)
    expect(mail?.html).toContain('<html lang="en" dir="ltr">')
    expect(mail?.html).toContain("Shop &amp; Co")
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated")
    expect(await rows()).toEqual([])
  })

  test("is stored without its address and its link in the clear", async () => {
    await store()
    const stored = JSON.stringify(await rows())
    for (const secret of [to, "a-token", "resetPassword"]) expect(stored).not.toContain(secret)
  })

  test("is tried again after growing intervals when the mail server refuses it for now", async () => {
    server.refusal = { code: 450, text: "Try again later" }
    await store({ kind: "passwordChanged", to, locale: "en" })
    for (const minutes of [0, 1.1, 3.2, 8.3]) {
      expect(await sendDueMail(fromNow(minutes))).toBe(1)
      expect(await sendDueMail(fromNow(minutes + 0.5))).toBe(0)
    }
    server.refusal = null
    await sendDueMail(fromNow(18.5))
    expect(receivedBy(to)).toHaveLength(1)
    expect(await rows()).toEqual([])
  })

  test("is given up after the last attempt", async () => {
    server.refusal = { code: 450, text: "Try again later" }
    await store({ kind: "passwordChanged", to, locale: "en" })
    let attempts = 0
    for (let hours = 0; hours < 48; hours++) attempts += await sendDueMail(fromNow(hours * 60))
    expect(attempts).toBeGreaterThan(4)
    expect(await rows()).toEqual([])
  })

  test("is given up immediately when the mail server refuses the address for good", async () => {
    server.refusal = { code: 550, text: "No such mailbox" }
    await store()
    await sendDueMail()
    expect(await rows()).toEqual([])
    expect(receivedBy(to)).toEqual([])
  })

  test("is sent later when the mail server was away, and also after a crash between claim and sending", async () => {
    useMail({ SMTP_URL: "smtp://127.0.0.1:1" })
    perProcess("mail transport").value = undefined
    await store({ kind: "passwordChanged", to, locale: "en" })
    await sendDueMail()
    expect(await rows()).toMatchObject([{ attempts: 1 }])
    useMail()
    perProcess("mail transport").value = undefined
    await sendDueMail(fromNow(2))
    expect(receivedBy(to)).toHaveLength(1)
  })

  test("is sent once by several instances", async () => {
    await store()
    await Promise.all(Array.from({ length: 10 }, () => sendDueMail()))
    expect(receivedBy(to)).toHaveLength(1)
  })

  test("is not sent once it is useless", async () => {
    await store()
    await (await database()).mail.updateMany({ data: { expiresAt: new Date() } })
    await sendDueMail()
    expect(receivedBy(to)).toEqual([])
    expect(await rows()).toEqual([])
  })

  test("is only shown where there is no mail server, and kept after sending in development", async () => {
    useMail({ mail: "outbox", isDevelopment: true })
    await store()
    expect(await sendDueMail()).toBe(0)
    expect(await listOutbox(10)).toMatchObject([{ to, subject: "Reset your Shop & Co password" }])
    useMail({ isDevelopment: true })
    await store()
    await sendDueMail()
    expect(receivedBy(to)).toHaveLength(1)
    expect(await listOutbox(10)).toHaveLength(2)
    expect(await sendDueMail(fromNow(60))).toBe(0)
  })
})
