import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import {
  claimMailAttempt,
  deleteMail,
  listDueMail,
  listNewestMail,
  type Mail,
  markMailSent,
  type NewMail,
} from "@/lib/data/mail"
import { createOutbox } from "@/lib/outbox"
import { generateId } from "@/lib/protocol/random"
import { openSealed, seal } from "@/lib/seal"
import { type ComposedMail, composeMail, type MailDraft } from "./content"
import { deliver } from "./transport"

/** Whether this server can send e-mail, or show it in the outbox. */
export const isMailOn = () => config().mail !== "off"

/** How long sending an e-mail is retried, in seconds: until its link expires, or two days. */
const lifetimeSeconds = (draft: MailDraft) => ("link" in draft ? 30 * 60 : 2 * 24 * 3600)

/**
 * Makes the row of an e-mail. Store it in the same commit as what it is about. Only this server can read it.
 * @returns null where this server has no e-mail
 */
export async function prepareMail(draft: MailDraft): Promise<NewMail | null> {
  if (!isMailOn()) return null
  const createdAt = currentTime()
  return {
    id: generateId(),
    sealed: await seal("mail", draft),
    createdAt,
    // Without a mail server it is only shown.
    nextAttemptAt: config().mail === "smtp" ? createdAt : null,
    expiresAt: new Date(createdAt.getTime() + lifetimeSeconds(draft) * 1000),
  }
}

const outbox = createOutbox<Mail>({
  event: "mail",
  retrySeconds: [60, 2 * 60, 5 * 60, 10 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600],
  list: listDueMail,
  claim: claimMailAttempt,
  async send({ id, sealed, expiresAt }) {
    const draft = await openSealed<MailDraft>("mail", sealed)
    // Sealed with another SECRET, or expired.
    if (draft === null || expiresAt <= currentTime()) return null
    return deliver(id, composeMail(draft))
  },
  finish: ({ id }) => (config().isDevelopment ? markMailSent(id) : deleteMail(id)),
  describe: ({ id }) => ({ mail: id }),
})

export const { sendDue: sendDueMail } = outbox

/** Sends what is due, where this server has a mail server. */
export async function sendMailInBackground(): Promise<void> {
  if (config().mail === "smtp") await outbox.sendInBackground()
}

/** The last e-mails, for the outbox page of the demo and of development. */
export async function listOutbox(limit: number): Promise<(ComposedMail & { id: string; createdAt: Date })[]> {
  const mails = await Promise.all(
    (await listNewestMail(limit)).map(async ({ id, sealed, createdAt }) => {
      const draft = await openSealed<MailDraft>("mail", sealed)
      return draft ? [{ id, createdAt, ...composeMail(draft) }] : []
    }),
  )
  return mails.flat()
}
