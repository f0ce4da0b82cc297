import type { Metadata } from "next"
import { makeMetadata, type NextPageProps, servePage } from "../../_next/serve-page"
import { profilePage } from "./profile-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("profile.title")

export default function ProfilePage(props: NextPageProps) {
  return servePage("/account/profile", profilePage, props)
}
