import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { choosePasswordPage } from "./choose-password-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("resetPassword.chooseTitle")

export default function ChoosePasswordPage(props: NextPageProps) {
  return servePage("/reset-password/choose", choosePasswordPage, props)
}
