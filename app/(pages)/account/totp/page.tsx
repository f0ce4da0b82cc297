import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { totpPage } from "./totp-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("secondFactor.manageTitle")

export default function TotpPage(props: NextPageProps) {
  return servePage("/account/totp", totpPage, props)
}
