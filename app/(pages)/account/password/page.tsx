import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { passwordPage } from "./password-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("account.passwordTitle")

export default function PasswordPage(props: NextPageProps) {
  return servePage("/account/password", passwordPage, props)
}
