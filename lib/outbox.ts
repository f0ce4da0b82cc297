import { currentTime } from "@/lib/clock"
import { log } from "@/lib/log"
import { count } from "@/lib/metrics"

/** What a table of messages needs so that each is sent at least once, by one instance at a time, and survives a crash. */
type Outbox<Message extends { attempts: number }> = {
  /** The start of the names of its log events. */
  event: string
  /** Seconds after each failed attempt until the next one. After the last one the message is given up. */
  retrySeconds: number[]
  /** Lists the messages whose next attempt is due, the oldest first. */
  list(now: Date, limit: number): Promise<Message[]>
  /** Claims an attempt. `nextAttemptAt` is when the next one is due, if this one fails or its process ends. */
  claim(message: Message, nextAttemptAt: Date): Promise<boolean>
  /** Sends the message. @returns why it failed, or null; a permanent failure is not tried again */
  send(message: Message): Promise<Failure | null>
  /** The message was sent, or given up. */
  finish(message: Message): Promise<void>
  /** What the log may contain of a message. */
  describe(message: Message): object
}

export type Failure = { problem: string; isPermanent?: boolean }

/** How long the last attempt of a message may take, in seconds. */
const lastAttemptSeconds = 300

/** A message that cannot be sent must not keep the others from being sent. */
const toFailure = (error: unknown): Failure => ({ problem: error instanceof Error ? error.name : "unknown" })

/** Messages per round, sent in parallel. */
const batch = 20

/** Makes the functions that send what is due. */
export function createOutbox<Message extends { attempts: number }>(outbox: Outbox<Message>) {
  const { event, retrySeconds } = outbox
  let sending = false

  async function sendOne(message: Message, now: Date): Promise<void> {
    const seconds = retrySeconds[message.attempts]
    // The last attempt is claimed for a while too, so that no other instance makes it at the same time.
    const claimedSeconds = seconds ?? lastAttemptSeconds
    if (!(await outbox.claim(message, new Date(now.getTime() + claimedSeconds * 1000)))) return
    const failure = await outbox.send(message).catch(toFailure)
    if (failure === null) {
      count("outbox_messages", [event, "sent"])
      return outbox.finish(message)
    }
    const { problem, isPermanent = false } = failure
    const isLast = isPermanent || seconds === undefined
    const result = isLast ? "given_up" : "failed"
    count("outbox_messages", [event, result])
    const name = `${event}_${result}`
    log().warn({ event: name, ...outbox.describe(message), attempts: message.attempts + 1, problem })
    if (isLast) await outbox.finish(message)
  }

  /** Sends what is due. @returns how many messages there were, at most `batch` */
  async function sendDue(now = currentTime()): Promise<number> {
    const due = await outbox.list(now, batch)
    await Promise.all(due.map((message) => sendOne(message, now)))
    return due.length
  }

  /** Sends what is due, unless this process is sending. A failure is logged, and the next round tries again. */
  async function sendInBackground(): Promise<void> {
    if (sending) return
    sending = true
    try {
      while ((await sendDue()) === batch);
    } catch (error) {
      log().error({ event: `${event}_round_failed`, problem: error instanceof Error ? error.name : "unknown" })
    } finally {
      sending = false
    }
  }

  return { sendDue, sendInBackground }
}
