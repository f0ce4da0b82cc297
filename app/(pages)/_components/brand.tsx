import { config } from "@/lib/config"
import { Mark } from "./mark"

/** The logo and the name of the service: the operator's, where they are set. */
export function Brand() {
  const { BRAND_NAME, brandLogo } = config()
  return (
    <>
      {brandLogo ? <img src={brandLogo.path} alt="" className="h-8 w-auto max-w-40" /> : <Mark className="size-7" />}
      <span className="font-semibold tracking-tight [overflow-wrap:anywhere]">{BRAND_NAME}</span>
    </>
  )
}
