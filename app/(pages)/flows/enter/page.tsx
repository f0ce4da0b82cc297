import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../../_next/serve-page"
import { enterPage } from "./enter-page"

export const metadata: Metadata = { title: "Enter the flow inspector" }

export default function EnterPage(props: NextPageProps) {
  return servePage("/flows/enter", enterPage, props)
}
