import type { Metadata } from "next"
import { NarrowPage } from "./(pages)/_components/narrow-page"

export const metadata: Metadata = { title: "Page not found" }

export default function NotFoundPage() {
  return (
    <NarrowPage title="Page not found" lead={<p>There is nothing at this address.</p>}>
      <a className="button button-plain w-full" href="/">
        Go to the first page
      </a>
    </NarrowPage>
  )
}
