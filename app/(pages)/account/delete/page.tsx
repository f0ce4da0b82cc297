import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { deletePage } from "./delete-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("account.deleteTitle")

export default function DeletePage(props: NextPageProps) {
  return servePage("/account/delete", deletePage, props)
}
