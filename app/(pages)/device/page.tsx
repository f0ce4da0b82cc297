import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../_next/serve-page"
import { devicePage } from "./device-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("device.title")

export default function DevicePage(props: NextPageProps) {
  return servePage("/device", devicePage, props)
}
