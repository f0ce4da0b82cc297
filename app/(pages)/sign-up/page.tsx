import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../_next/serve-page"
import { signUpPage } from "./sign-up-page"

export const metadata: Metadata = { title: "Create an account" }

export default function SignUpPage(props: NextPageProps) {
  return servePage("/sign-up", signUpPage, props)
}
