import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { codePage } from "./code-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("secondFactor.title")

export default function CodePage(props: NextPageProps) {
  return servePage("/sign-in/code", codePage, props)
}
