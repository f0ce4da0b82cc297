import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { confirmEmailPage } from "./confirm-email-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("confirmEmail.title")

export default function ConfirmEmailPage(props: NextPageProps) {
  return servePage("/confirm-email", confirmEmailPage, props)
}
