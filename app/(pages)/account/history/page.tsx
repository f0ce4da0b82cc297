import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { historyPage } from "./history-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("account.history")

export default function HistoryPage(props: NextPageProps) {
  return servePage("/account/history", historyPage, props)
}
