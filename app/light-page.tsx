import { renderToStaticMarkup } from "react-dom/server"
import { Flow } from "@/lib/flows/flow"
import { type Endpoint, endpoint, recordRefusal } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointRequest, EndpointResponse } from "@/lib/http/exchange"
import { toOAuthError } from "@/lib/http/failures"
import type { PageHandler } from "@/lib/http/page"
import { pageHeaders } from "@/lib/http/page-headers"
import { LightDocument } from "./light-document"

/**
 * Makes an endpoint of a page: HTML without scripts or data of React and Next (docs/decisions/023-light-pages.md). When Next
 * serves the same page by itself (page.tsx), it adds them.
 * @returns a handler for every method; the server refuses all but GET and HEAD before it is called
 */
export function lightPage(handle: PageHandler): Endpoint {
  return endpoint((method) => async (request) => {
    try {
      return await render(request, handle)
    } catch (error) {
      const flow = new Flow(method, request.path, request.clientAddress)
      return errorPage(request, recordRefusal(request, method, toOAuthError(error), flow), flow.id)
    }
  })
}

async function render(request: EndpointRequest, handle: PageHandler): Promise<EndpointResponse> {
  const page = await handle(request)
  if (page === null) return notFoundPage(request)
  if (!("content" in page)) return page
  const { texts, title, content, status = 200, cookies } = page
  const html = renderToStaticMarkup(
    <LightDocument texts={texts} title={title}>
      {content}
    </LightDocument>,
  )
  return {
    status,
    headers: {
      ...pageHeaders({
        scripts: "'self'",
        styles: "'self'",
        path: request.path,
      }),
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
    },
    cookies,
    body: `<!doctype html>${html}`,
  }
}
