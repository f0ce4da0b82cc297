import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../_next/serve-page"
import { consentPage } from "./consent-page"

export const metadata: Metadata = { title: "Allow access" }

export default function ConsentPage(props: NextPageProps) {
  return servePage("/consent", consentPage, props)
}
