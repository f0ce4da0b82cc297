import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { emailPage } from "./email-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("account.emailTitle")

export default function EmailPage(props: NextPageProps) {
  return servePage("/account/email", emailPage, props)
}
