import { maySeeFlows } from "@/lib/authentication/operators"
import { readTokenCookie } from "@/lib/http/cookies"
import { readRequest } from "./serve-page"

/** Asks whether the browser of this request may see the flow inspector, now and later: a permission can end. */
export async function inspectorAccess(): Promise<() => Promise<boolean>> {
  const token = readTokenCookie(await readRequest(), "operator")
  return () => maySeeFlows(token)
}

/** Whether the browser of this request may see the flow inspector. */
export async function hasInspectorAccess(): Promise<boolean> {
  return (await inspectorAccess())()
}
