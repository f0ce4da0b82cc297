import { brandStylesheet } from "@/lib/brand"
import { config } from "@/lib/config"
import { assetEndpoint } from "@/lib/http/asset"

/** The stylesheet of the setting BRAND_COLOR. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = assetEndpoint(() => {
  const { brandColors } = config()
  return brandColors && { contentType: "text/css; charset=utf-8", content: brandStylesheet(brandColors).content }
})
