import type { Metadata } from "next"
import { NarrowPage } from "./(pages)/_components/narrow-page"

export const metadata: Metadata = { title: "Page not found" }

export default function NotFoundPage() {
  return (
    <NarrowPage title="Page not found" lead={<p>We can't find that page.</p>}>
      <a className="button button-primary w-full" href="/">
        Go to the home page
      </a>
    </NarrowPage>
  )
}
