import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../_next/serve-page"
import { signOutPage } from "./sign-out-page"

export const metadata: Metadata = { title: "Sign out" }

export default function SignOutPage(props: NextPageProps) {
  return servePage("/sign-out", signOutPage, props)
}
