import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { signUpPage } from "./sign-up-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("signUp.title")

export default function SignUpPage(props: NextPageProps) {
  return servePage("/sign-up", signUpPage, props)
}
