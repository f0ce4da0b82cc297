/** What a check found. `fix` says what to do; empty when nothing has to be done. */
export type Finding = { check: string; status: "ok" | "warning" | "failed"; found: string; fix: string }

export type Metadata = Record<string, unknown>
export type Answer = { status: number; headers: Headers; text: string; wasRedirected: boolean }

/** Seconds. Longer, and a client would give up. */
export const timeoutSeconds = 10

export const ok = (check: string, found: string): Finding => ({ check, status: "ok", found, fix: "" })
export const failed = (check: string, found: string, fix: string): Finding => ({ check, status: "failed", found, fix })
export const warning = (check: string, found: string, fix: string): Finding => ({
  check,
  status: "warning",
  found,
  fix,
})

/** Sends a request as a client would. @throws Error that fetch throws */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutSeconds * 1000), ...init })
  const wasRedirected = response.status >= 300 && response.status < 400
  return { status: response.status, headers: response.headers, text: await response.text(), wasRedirected }
}

/** Sends a request. @returns null when there is no response, or none that can be read */
export const trySend = (url: string, init: RequestInit = {}): Promise<Answer | null> =>
  send(url, init).catch(() => null)

/** What a request got, as the end of a sentence. @param answer null for none */
export const describeStatus = (answer: Answer | null): string =>
  answer === null ? "no response" : `the status ${answer.status}`

/** The JSON object of a body; empty for anything else. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** The description of an OAuth error response, as a sentence; null for any other response. */
export function findDescription(answer: Answer | null): string | null {
  const { error, error_description } = parseObject(answer?.text ?? "")
  return typeof error === "string" && typeof error_description === "string"
    ? error_description.replace(/\.?$/, ".")
    : null
}
