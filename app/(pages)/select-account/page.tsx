import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { selectAccountPage } from "./select-account-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("accounts.title")

export default function SelectAccountPage(props: NextPageProps) {
  return servePage("/select-account", selectAccountPage, props)
}
