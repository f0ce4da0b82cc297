import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { passkeysPage } from "./passkeys-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("passkeys.title")

export default function PasskeysPage(props: NextPageProps) {
  return servePage("/account/passkeys", passkeysPage, props)
}
