import { CrossOriginError, requireSameOrigin } from "@/lib/http/page"

/** Why a form is not taken, in words for the person; null when a page of ours posted it. */
export async function refuseForeignForm(): Promise<string | null> {
  try {
    await requireSameOrigin()
    return null
  } catch (error) {
    if (error instanceof CrossOriginError) return error.message
    throw error
  }
}
