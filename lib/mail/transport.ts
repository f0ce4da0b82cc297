import type { Transporter } from "nodemailer"
import { config } from "@/lib/config"
import type { Failure } from "@/lib/outbox"
import { createOnce, perProcess } from "@/lib/per-process"
import type { ComposedMail } from "./content"

/** Milliseconds. Together they are shorter than the first retry interval, so that no second attempt starts meanwhile. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

const transporter = perProcess<Promise<Transporter>>("mail transport")

/** What nodemailer adds to an error: its code, and the server's reply to the last command. */
type SMTPError = { code: string; responseCode: number; command: string }

/** Loaded with the first e-mail: most processes never send one. */
async function connect(): Promise<Transporter> {
  const { createTransport } = await import("nodemailer")
  return createTransport({
    url: config().SMTP_URL,
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/**
 * Hands an e-mail to the mail server.
 * @param id the same for every attempt, so that a mail program can leave out a second copy
 * @returns why it failed, without the address, or null. A 5xx reply to the recipient or the message is permanent (RFC 5321
 * section 4.2.1); one to the connection, the login or the sender concerns every message, and is tried again
 */
export async function deliver(id: string, { to, subject, text, html }: ComposedMail): Promise<Failure | null> {
  const { MAIL_FROM: from, issuer } = config()
  try {
    await (await createOnce(transporter, connect)).sendMail({
      from,
      to: { name: "", address: to },
      subject,
      text,
      html,
      messageId: `<${id}@${new URL(issuer).hostname}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    })
    return null
  } catch (error) {
    const { code = "unknown", responseCode = 0, command = "" } = error as Partial<SMTPError>
    const isPermanent = responseCode >= 500 && /^(RCPT TO|DATA)/.test(command)
    return { problem: responseCode ? `${code} ${responseCode}` : code, isPermanent }
  }
}
