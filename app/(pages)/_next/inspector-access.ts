import { maySeeFlows } from "@/lib/authentication/operators"
import { readTokenCookie } from "@/lib/http/cookies"
import { readRequest } from "./serve-page"

/** @returns a check whether the browser of this request still has access to the flow inspector. Access can expire. */
export async function makeAccessCheck(): Promise<() => Promise<boolean>> {
  const token = readTokenCookie(await readRequest(), "operator")
  return () => maySeeFlows(token)
}

/** Whether the browser of this request has access to the flow inspector. */
export async function hasInspectorAccess(): Promise<boolean> {
  return (await makeAccessCheck())()
}
