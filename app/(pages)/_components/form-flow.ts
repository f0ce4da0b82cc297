import { Flow } from "@/lib/flows/flow"

/**
 * Does what a form asks for, as a request of the flow that it is a step of.
 * @param interaction the authorization under way; null when there is none, and then nothing is reported
 */
export async function inFlow<Result>(
  path: string,
  interaction: { flowId: string } | null,
  act: (flow: Flow | null) => Promise<Result>,
): Promise<Result> {
  if (interaction === null) return act(null)
  const flow = new Flow("POST", path)
  flow.join(interaction.flowId)
  try {
    const result = await act(flow)
    flow.end(200)
    return result
  } catch (error) {
    const leaves = isRedirect(error)
    if (!leaves) flow.fail({ reason: "unexpected" })
    flow.end(leaves ? 303 : 500)
    throw error
  }
}

/** Next's `redirect` throws. */
function isRedirect(error: unknown): boolean {
  return error instanceof Error && "digest" in error && String(error.digest).startsWith("NEXT_REDIRECT")
}
