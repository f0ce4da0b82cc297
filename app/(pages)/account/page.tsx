import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { accountHomePage } from "./account-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("account.title")

export default function AccountHomePage(props: NextPageProps) {
  return servePage("/account", accountHomePage, props)
}
