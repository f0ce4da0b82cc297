import { config } from "@/lib/config"
import type { PageHandler } from "@/lib/http/page"
import { textsIn } from "@/lib/i18n/texts"
import { NarrowPage } from "../_components/narrow-page"

export const accessTitle = "Get access to the flow inspector"

const texts = textsIn("en")

/**
 * The answer to a browser without access, for the list and for every flow. It is the same whether or not the flow exists.
 * No page when the inspector is off.
 */
export const accessPage: PageHandler = async () =>
  config().flowInspector === "off" ? null : { status: 403, texts, title: accessTitle, content: <Access /> }

function Access() {
  return (
    <NarrowPage
      texts={texts}
      title="Get access to the flow inspector"
      lead={<p>Only operators of this server can see flows.</p>}
    >
      <p>On the server, run:</p>
      <p className="mt-2 rounded-lg bg-sunken px-4 py-3 font-mono text-sm select-all">npm run -s cli -- flows link</p>
      <p className="mt-3">
        Then open the printed link in this browser. It works once and gives access for eight hours. If your access has
        expired, get a new link in the same way.
      </p>
    </NarrowPage>
  )
}
