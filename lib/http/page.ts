import type { ReactNode } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { hasControlCharacter } from "@/lib/protocol/parameters"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { toUrlToken } from "./url-token"

/** A page: its texts, its title, its content as React elements without client components, its status, 200 by default, and
 * Set-Cookie headers, which Next cannot send. */
type Page = { texts: Texts; title: string; content: ReactNode; status?: number; cookies?: string[] }

/**
 * What a page shows, or the redirect that takes its place; null where the page does not exist. A page needs only the
 * request, so that both entry points can make it: Next (app/(pages)/_next/serve-page.tsx), and this project's server without
 * Next's scripts (app/light-page.tsx).
 */
export type PageHandler = (request: EndpointRequest) => Promise<Page | EndpointResponse | null>

/**
 * A parameter of the page's query; null when it is missing, or has a control character, which no link of this server has and
 * a database may refuse. If it is repeated, the first value is used.
 */
export function readPageQuery(request: EndpointRequest, name: string): string | null {
  const value = new URLSearchParams(request.query).get(name)
  return value === null || hasControlCharacter(value) ? null : value
}

/** The state token in the page's query; null when it is missing. It may go into the URL of a redirect. */
export function readPageState(request: EndpointRequest): string | null {
  const state = readPageQuery(request, "state")
  return state === null ? null : toUrlToken(state)
}
