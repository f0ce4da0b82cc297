import type { PageHandler } from "@/lib/http/page"
import { textsIn } from "@/lib/i18n/texts"
import { NarrowPage } from "../../_components/narrow-page"

const texts = textsIn("en")

/** The page for an ID that no recorded flow has. */
export const flowNotFoundPage: PageHandler = async () => ({
  status: 404,
  texts,
  title: "Flow not found",
  content: <FlowNotFound />,
})

export function FlowNotFound() {
  return (
    <NarrowPage
      texts={texts}
      title="Flow not found"
      lead={<p>No flow has this ID. Check the ID. Flows are deleted after a while, so this one may already be gone.</p>}
    >
      <a className="button button-plain w-full" href="/flows">
        Show all flows
      </a>
    </NarrowPage>
  )
}
