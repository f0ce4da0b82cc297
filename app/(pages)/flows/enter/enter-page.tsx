import { config } from "@/lib/config"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { textsIn } from "@/lib/i18n/texts"
import { NarrowPage } from "../../_components/narrow-page"
import { SubmitButton } from "../../_components/submit-button"

const texts = textsIn("en")

/** Where the link of `flows link` leads. A form consumes it, so a program that fetches links ahead does not. */
export const enterPage: PageHandler = async (request) => {
  if (config().flowInspector !== "operators") return null
  const ticket = readPageQuery(request, "ticket")
  return {
    texts,
    title: "Enter the flow inspector",
    content: ticket === null ? <UnusableLink /> : <Enter ticket={ticket} />,
  }
}

function UnusableLink() {
  return (
    <NarrowPage
      texts={texts}
      title="This link cannot be used"
      lead={<p>It was already used, has expired, or is incomplete.</p>}
    >
      <p>
        Make another one where the server runs: <code className="font-mono text-sm">npm run -s cli -- flows link</code>
      </p>
    </NarrowPage>
  )
}

function Enter({ ticket }: { ticket: string }) {
  return (
    <NarrowPage
      texts={texts}
      title="Flow inspector"
      lead={<p>This link works once, in one browser, and gives you access for eight hours.</p>}
    >
      <form action="/flows/enter/submit" method="post">
        <input type="hidden" name="ticket" value={ticket} />
        <SubmitButton>Open the flow inspector</SubmitButton>
      </form>
    </NarrowPage>
  )
}
