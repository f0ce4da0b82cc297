import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { resetPasswordPage } from "./reset-password-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("resetPassword.title")

export default function ResetPasswordPage(props: NextPageProps) {
  return servePage("/reset-password", resetPasswordPage, props)
}
