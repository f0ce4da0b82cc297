import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { config } from "@/lib/config"
import { NarrowPage } from "../../_components/narrow-page"
import { SubmitButton } from "../../_components/submit-button"
import { enter } from "./actions"

export const metadata: Metadata = { title: "Enter the flow inspector" }

type Props = { searchParams: Promise<{ ticket?: string | string[] }> }

/** Where the link of `flows link` leads. A form uses it up: whoever fetches links ahead, such as a chat, does not. */
export default async function EnterPage({ searchParams }: Props) {
  if (config().flowInspector !== "operators") notFound()
  const { ticket } = await searchParams
  if (typeof ticket !== "string") {
    return (
      <NarrowPage title="This link cannot be used" lead={<p>It was used already, has expired, or is not complete.</p>}>
        <p>
          Make another one where the server runs:{" "}
          <code className="font-mono text-sm">npm run -s cli -- flows link</code>
        </p>
      </NarrowPage>
    )
  }
  return (
    <NarrowPage title="Flow inspector" lead={<p>This link opens it in one browser, once, for eight hours.</p>}>
      <form action={enter}>
        <input type="hidden" name="ticket" value={ticket} />
        <SubmitButton>Open the flow inspector</SubmitButton>
      </form>
    </NarrowPage>
  )
}
