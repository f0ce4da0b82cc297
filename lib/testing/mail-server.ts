import { randomUUID } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, watch } from "node:fs"
import { readdir, rename, writeFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import os from "node:os"
import path from "node:path"
import { type AddressObject, type ParsedMail, simpleParser } from "mailparser"
import { SMTPServer } from "smtp-server"

/** An e-mail that the server received. */
export type ReceivedMail = {
  to: string
  from: string
  subject: string
  text: string
  html: string
  headers: ParsedMail["headers"]
}

/** A real mail server that keeps what it receives. */
export type MailServer = {
  /** For the setting SMTP_URL. */
  url: string
  received: ReceivedMail[]
  /** Answers this to the next recipients, such as `450 Try again later`; null accepts them. */
  refusal: { code: number; text: string } | null
  /** Waits for the newest e-mail to an address. @param count how many there must be */
  waitFor(to: string, count?: number): Promise<ReceivedMail>
  close(): Promise<void>
}

const waitMs = 20_000

/**
 * Starts a mail server at a free port. It accepts one user name and password, so that these are used.
 * @param shared the folder for what it receives: mail servers with the same one receive together. Servers on one database send
 * each other's e-mails
 */
export async function startMailServer(shared?: string): Promise<MailServer> {
  const folder = shared ?? mkdtempSync(path.join(os.tmpdir(), "oauth-flow-mail-"))
  const waiting = new Set<() => void>()
  const loaded = new Set<string>()
  let loading = Promise.resolve()

  /** Loads what was received since, in that order. */
  function load(): Promise<void> {
    loading = loading.then(async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith(".eml") && !loaded.has(name))
      for (const name of names.sort()) {
        loaded.add(name)
        mailServer.received.push(toReceived(await simpleParser(readFileSync(path.join(folder, name)))))
      }
      for (const check of waiting) check()
    })
    return loading
  }

  const server = new SMTPServer({
    authMethods: ["PLAIN", "LOGIN"],
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth({ username, password }, _session, done) {
      const isRight = username === "mailer" && password === "secret of the mail server"
      done(isRight ? null : new Error("wrong password"), isRight ? { user: username } : undefined)
    },
    onRcptTo(_address, _session, done) {
      const { refusal } = mailServer
      done(refusal ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null)
    },
    onData(stream, _session, done) {
      const file = path.join(folder, `${Date.now()}-${randomUUID()}`)
      // Renamed when it is complete, so that no one reads half of it.
      writeFile(file, stream)
        .then(() => rename(file, `${file}.eml`))
        .then(load)
        .then(() => done(), done)
    },
  })
  // A server that stops while it sends resets its connection.
  server.on("error", () => {})
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.server.address() as AddressInfo
  const watcher = watch(folder, () => void load())
  const mailServer: MailServer = {
    url: `smtp://mailer:${encodeURIComponent("secret of the mail server")}@127.0.0.1:${port}`,
    received: [],
    refusal: null,
    waitFor(to, count = 1) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`No e-mail number ${count} to ${to}.`)), waitMs)
        const check = () => {
          const mails = mailServer.received.filter((mail) => mail.to === to)
          const newest = mails[count - 1]
          if (!newest) return
          clearTimeout(timer)
          waiting.delete(check)
          resolve(newest)
        }
        waiting.add(check)
        check()
      })
    },
    async close() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      watcher.close()
      await loading
      if (!shared) rmSync(folder, { recursive: true })
    },
  }
  return mailServer
}

const addressOf = (object: AddressObject | AddressObject[] | undefined) =>
  [object ?? []].flat()[0]?.value[0]?.address ?? ""

const toReceived = (mail: ParsedMail): ReceivedMail => ({
  to: addressOf(mail.to),
  from: addressOf(mail.from),
  subject: mail.subject ?? "",
  text: mail.text ?? "",
  html: mail.html || "",
  headers: mail.headers,
})

/** The link of an e-mail to a page of this server. */
export function linkOf({ text }: Pick<ReceivedMail, "text">): URL {
  const [url] = /https?:\/\/\S+\?token=\S+/.exec(text) ?? []
  if (!url) throw new Error("The e-mail has no link.")
  return new URL(url)
}
