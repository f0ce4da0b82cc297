import { headers } from "next/headers"
import { notFound, redirect } from "next/navigation"
import type { ReactNode } from "react"
import { readClientAddress } from "@/lib/http/client-address"
import type { EndpointRequest } from "@/lib/http/exchange"
import type { PageHandler } from "@/lib/http/page"

type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** What Next gives a page. */
export type NextPageProps = { searchParams: SearchParams }

/** Shows a page of this project as a page of Next. @param path the page's path */
export async function servePage(
  path: string,
  handle: PageHandler,
  { searchParams }: NextPageProps,
): Promise<ReactNode> {
  const page = await handle(await readRequest(path, await searchParams))
  if (page === null) notFound()
  if ("content" in page) return page.content
  redirect(page.headers.Location ?? "/")
}

/** The request of the page that Next renders at this moment. */
export async function readRequest(
  path = "",
  searchParams: Record<string, string | string[] | undefined> = {},
): Promise<EndpointRequest> {
  const header = await headers()
  const pairs = Object.entries(searchParams).flatMap(([name, value]) =>
    [value ?? []].flat().map((single): [string, string] => [name, single]),
  )
  return {
    clientAddress: () => readClientAddress((name) => header.get(name)),
    path,
    query: new URLSearchParams(pairs).toString(),
    header: (name) => header.get(name),
    readBody: () => Promise.reject(new Error("A page has no body.")),
  }
}
