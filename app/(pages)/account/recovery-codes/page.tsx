import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { recoveryCodesPage } from "./recovery-codes-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("secondFactor.codesTitle")

export default function RecoveryCodesPage(props: NextPageProps) {
  return servePage("/account/recovery-codes", recoveryCodesPage, props)
}
