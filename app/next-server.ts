import http from "node:http"
import { maySeeFlows } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import { Flow } from "@/lib/flows/flow"
import { findFlowSummary, listFlows } from "@/lib/flows/inspector"
import { readTokenCookie } from "@/lib/http/cookies"
import { type Endpoint, recordRefusal } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointRequest, EndpointResponse } from "@/lib/http/exchange"
import { toOAuthError } from "@/lib/http/failures"
import { isLoopbackHost } from "@/lib/http/loopback-host"
import type { NextServer } from "@/lib/server/serve"
import { flowNotFoundPage } from "./(pages)/flows/[id]/flow-not-found-page"
import { accessPage } from "./(pages)/flows/access-page"
import { lightPage } from "./light-page"

/**
 * Loads Next in this process.
 * @param options.dir the project's root
 */
export async function loadNext(options: { dev: boolean; dir: string }): Promise<NextServer> {
  // Next accepts WebSockets (the reload in development) from the server it gets, and leaves unknown ones open. This server
  // does not listen: development forwards WebSockets to it, production has none.
  const webSockets = http.createServer()
  const { default: next } = await import("next")
  const { PORT: port } = config()
  const app = next({ ...options, hostname: "localhost", port, httpServer: webSockets, quiet: !options.dev })
  await app.prepare()
  return { handle: app.getRequestHandler(), webSockets }
}

/** The path of a flow or its export. A stream may be opened before the flow's first request is stored. */
const flowPath = /^\/flows\/(?!enter(?:\/|$)|stream$)([^/]+)(?:\/export)?$/

/**
 * Finds the response to a request for a page of Next that must not reach Next: 404 for a page or flow that does not exist
 * for this browser, 503 when the database is unavailable, for which Next has no page.
 * @returns null when Next may handle the request
 */
export async function guardNext(request: EndpointRequest): Promise<EndpointResponse | null> {
  // Where Next renders this page too, it gets the Host of the issuer, whatever the request has.
  if (request.path === "/outbox" && !isLoopbackHost(request.header("host"))) return notFoundPage(request)
  if (!/^\/(flows(?!\/enter(\/|$))|playground)(\/|$)/.test(request.path)) return null
  try {
    if (config().flowInspector === "everyone" && !isLoopbackHost(request.header("host"))) return notFoundPage(request)
    const isPlayground = request.path.startsWith("/playground")
    if (isPlayground && !config().DEMO) return notFoundPage(request)
    const isOpen = await maySeeFlows(readTokenCookie(request, "operator"))
    if (!isPlayground && !isOpen) return pageOrNotFound(accessLightPage, request)
    const id = flowPath.exec(request.path)?.[1]
    if (id) return (await findFlowSummary(id)) ? null : pageOrNotFound(flowNotFoundLightPage, request)
    await listFlows({}, 1)
    return null
  } catch (error) {
    const flow = new Flow("GET", request.path)
    return errorPage(request, recordRefusal(request, "GET", toOAuthError(error), flow), flow.id)
  }
}

const accessLightPage = lightPage(accessPage)
const flowNotFoundLightPage = lightPage(flowNotFoundPage)

/** The list and the pages of flows, without streams and exports. */
const pagePath = /^\/flows(\/(?!stream$)[^/]+)?$/

/** The page for a page's path, and a plain 404 for a stream or an export. */
async function pageOrNotFound(page: Endpoint, request: EndpointRequest): Promise<EndpointResponse | null> {
  if (!pagePath.test(request.path)) return notFoundPage(request)
  // Development has no stylesheet for light pages, so there Next renders the page.
  return process.env.NODE_ENV === "development" ? null : page.GET.handle(request)
}
