import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { consentPage } from "./consent-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("consent.pageTitle")

export default function ConsentPage(props: NextPageProps) {
  return servePage("/consent", consentPage, props)
}
