import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../_next/serve-page"
import { signInPage } from "./sign-in-page"

export const metadata: Metadata = { title: "Sign in" }

export default function SignInPage(props: NextPageProps) {
  return servePage("/sign-in", signInPage, props)
}
