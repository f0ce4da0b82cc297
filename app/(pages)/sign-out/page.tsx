import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { signOutPage } from "./sign-out-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("signOut.pageTitle")

export default function SignOutPage(props: NextPageProps) {
  return servePage("/sign-out", signOutPage, props)
}
