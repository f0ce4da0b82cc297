import { config } from "@/lib/config"
import { isLoopbackHost } from "@/lib/http/loopback-host"
import type { PageHandler } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { listOutbox } from "@/lib/mail/outbox"

const maxMails = 20

/** The e-mails of the demo and of development, so that everything can be tried without a mail server. */
export const outboxPage: PageHandler = async (request) => {
  // A page elsewhere must not read them through a name that leads to this machine.
  if (!config().isDevelopment || !isLoopbackHost(request.header("host"))) return null
  const texts = readTexts(request)
  const { t } = texts
  const time = new Intl.DateTimeFormat(texts.locale, { dateStyle: "medium", timeStyle: "medium" })
  const mails = await listOutbox(maxMails)
  const content = (
    <main lang={texts.locale} dir={texts.dir} className="mx-auto grid max-w-3xl gap-6 px-4 py-10 sm:px-6 sm:py-16">
      <header>
        <h1 className="text-2xl font-semibold tracking-tight">{t("outbox.title")}</h1>
        <p className="mt-1.5 text-muted">{t(mails.length === 0 ? "outbox.empty" : "outbox.lead")}</p>
      </header>
      {mails.map(({ id, createdAt, to, subject, text }) => (
        <article key={id} className="card p-5 sm:px-7">
          <h2 className="text-lg font-semibold [overflow-wrap:anywhere]">{subject}</h2>
          <p className="text-sm text-muted [overflow-wrap:anywhere]">
            {t("outbox.to", { email: to })} · <time dateTime={createdAt.toISOString()}>{time.format(createdAt)}</time>
          </p>
          <div className="mt-4 whitespace-pre-line [overflow-wrap:anywhere]">
            {text.split(/(https?:\S+)/).map(linkUrl)}
          </div>
        </article>
      ))}
    </main>
  )
  return { texts, title: t("outbox.title"), content }
}

const linkUrl = (part: string, i: number) =>
  i % 2 === 0 ? (
    part
  ) : (
    <a key={part} className="link" href={part}>
      {part}
    </a>
  )
