/** What Next gives a page as its query. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** The state token in a page's query; null when there is none. Of a repeated one, the first counts. */
export async function readState(searchParams: SearchParams): Promise<string | null> {
  const { state } = await searchParams
  return (Array.isArray(state) ? state[0] : state) ?? null
}

/** The state token that a form of ours carries in a hidden field; null when there is none. */
export function formState(form: FormData): string | null {
  return formText(form, "state") || null
}

/** A text field of a form; empty when it is missing. A server action is called with whatever a request says, so is this. */
export function formText(form: FormData, name: string): string {
  const value = form instanceof FormData ? form.get(name) : null
  return typeof value === "string" ? value : ""
}

/** A path of ours that carries the state token along. */
export function withState(path: string, state: string | null): string {
  return state === null ? path : `${path}?${new URLSearchParams({ state })}`
}

/** Where somebody goes who has to wait before the next attempt. */
export function waitPath(
  refusal: { problem: "too_many_attempts" | "busy"; retryAfterSeconds: number },
  state: string | null,
): string {
  const query = new URLSearchParams({ retry_after: String(refusal.retryAfterSeconds) })
  if (refusal.problem === "busy") query.set("busy", "1")
  if (state !== null) query.set("state", state)
  return `/sign-in/limited?${query}`
}
