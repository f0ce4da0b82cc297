import { config } from "@/lib/config"
import { assetEndpoint } from "@/lib/http/asset"

/** The logo of the setting BRAND_LOGO. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = assetEndpoint(() => config().brandLogo)
