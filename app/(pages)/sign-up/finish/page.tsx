import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { finishSignUpPage } from "./finish-sign-up-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("finishSignUp.title")

export default function FinishSignUpPage(props: NextPageProps) {
  return servePage("/sign-up/finish", finishSignUpPage, props)
}
