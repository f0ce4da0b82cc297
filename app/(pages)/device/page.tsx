import type { Metadata } from "next"
import { type NextPageProps, servePage } from "../_next/serve-page"
import { devicePage } from "./device-page"

export const metadata: Metadata = { title: "Connect a device" }

export default function DevicePage(props: NextPageProps) {
  return servePage("/device", devicePage, props)
}
