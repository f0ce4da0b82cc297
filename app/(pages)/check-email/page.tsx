import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { checkEmailPage } from "./check-email-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("checkEmail.title")

export default function CheckEmailPage(props: NextPageProps) {
  return servePage("/check-email", checkEmailPage, props)
}
