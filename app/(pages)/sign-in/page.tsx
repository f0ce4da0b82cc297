import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { signInPage } from "./sign-in-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("signIn.title")

export default function SignInPage(props: NextPageProps) {
  return servePage("/sign-in", signInPage, props)
}
