import { redirect } from "next/navigation"
import { Flow } from "@/lib/flows/flow"

/** What a form's post does of an authorization; null when none is under way. */
export function joinFlow(path: string, interaction: { flowId: string } | null): Flow | null {
  if (interaction === null) return null
  const flow = new Flow("POST", path)
  flow.join(interaction.flowId)
  return flow
}

/** Ends a form's post with a redirect. */
export function leave(flow: Flow | null, location: string): never {
  flow?.end(303)
  redirect(location)
}
