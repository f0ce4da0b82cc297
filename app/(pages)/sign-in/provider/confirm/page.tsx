import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../../_next/serve-page"
import { confirmLinkPage } from "./confirm-link-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("signIn.title")

export default function ConfirmLinkPage(props: NextPageProps) {
  return servePage("/sign-in/provider/confirm", confirmLinkPage, props)
}
