import { EncryptJWT } from "jose"
import { secondsFromNow } from "@/lib/clock"
import type { en } from "@/lib/i18n/messages/en"
import type { ProblemKey } from "@/lib/i18n/texts"
import { hashToken } from "@/lib/protocol/random"
import { openSealedJwt } from "@/lib/seal"
import { deriveKey } from "@/lib/secret"
import { formatCookie, formatDeletedCookie, readCookie } from "./cookies"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { redirect } from "./responses"

/** Why a form was refused: the values to show again (never a password), and a message for a field, or for `form`. */
export type FormResult = { values: Record<string, string>; errors: Record<string, ProblemKey>; notice?: Notice }

/** The names of the messages that a page shows once, after something was done. */
export type Notice = keyof typeof en.notices

/**
 * Bytes. The headers of an answer must stay under 4 KB (decision 021). A state token takes most of that, and a longer e-mail
 * address is refused anyway.
 */
const maxValueBytes = { withState: 254, withoutState: 1_500 }

/** The first values, as far as there is room for them. */
function shorten(values: FormResult["values"], state: string | null): FormResult["values"] {
  let room = state === null ? maxValueBytes.withoutState : maxValueBytes.withState
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => {
      room -= Buffer.byteLength(value)
      return room >= 0
    }),
  )
}

/** Seconds. Long enough for the redirect to the page, short enough that a later visit shows an empty form. */
const resultSeconds = 60

/**
 * Sends the browser back to the form's page, with a short-lived sealed cookie that holds what to show there.
 * @param page the page's path, with its query; the result is bound to the path and the state token
 */
export async function showFormAgain(page: string, state: string | null, result: FormResult): Promise<EndpointResponse> {
  return redirect(pathWithState(page, state), [await sealResult(pathOf(page), state, result)])
}

/**
 * Sends the browser to a page that shows a message once.
 * @param page the page's path, with its query
 * @param cookies more Set-Cookie headers
 */
export async function showNotice(page: string, notice: Notice, cookies: string[] = []): Promise<EndpointResponse> {
  const state = new URLSearchParams(page.split("?")[1]).get("state")
  const result = await sealResult(pathOf(page), state, { values: {}, errors: {}, notice })
  return redirect(page, [result, ...cookies])
}

const pathOf = (page: string) => page.split("?")[0] ?? page

async function sealResult(path: string, state: string | null, result: FormResult): Promise<string> {
  const sealed = await new EncryptJWT({ ...result, values: shorten(result.values, state), form: nameOf(path, state) })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setExpirationTime(secondsFromNow(resultSeconds))
    .encrypt(deriveKey("form-result"))
  return formatCookie("form", sealed, { maxAge: resultSeconds })
}

/** The result of this form's last post, or null. The result of another form or tab is ignored. */
export async function findFormResult(
  request: EndpointRequest,
  page: string,
  state: string | null,
): Promise<FormResult | null> {
  const sealed = readCookie(request, "form")
  if (sealed === null) return null
  const result = await openSealedJwt<FormResult & { form: string }>("form-result", sealed)
  return result?.form === nameOf(page, state) ? result : null
}

/** The Set-Cookie header that forgets the result. */
export function forgetFormResult(): string {
  return formatDeletedCookie("form")
}

/** A path of this server with the state token in its query. */
export function pathWithState(path: string, state: string | null): string {
  return state === null ? path : `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ state })}`
}

const nameOf = (page: string, state: string | null) => `${page} ${state === null ? "" : hashToken(state)}`
