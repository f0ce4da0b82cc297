import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { providersPage } from "./providers-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("providers.title")

export default function ProvidersPage(props: NextPageProps) {
  return servePage("/account/providers", providersPage, props)
}
