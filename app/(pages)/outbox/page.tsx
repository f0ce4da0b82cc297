import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { outboxPage } from "./outbox-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("outbox.title")

export default function OutboxPage(props: NextPageProps) {
  return servePage("/outbox", outboxPage, props)
}
