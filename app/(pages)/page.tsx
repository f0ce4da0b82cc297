import { type NextPageProps, servePage } from "./_next/serve-page"
import { homePage } from "./home-page"

export default function HomePage(props: NextPageProps) {
  return servePage("/", homePage, props)
}
