import type { Metadata } from "next"
import { headers } from "next/headers"
import { notFound, redirect } from "next/navigation"
import type { ReactNode } from "react"
import { readClientAddress } from "@/lib/http/client-address"
import type { EndpointRequest } from "@/lib/http/exchange"
import type { PageHandler } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import type { TitleKey } from "@/lib/i18n/texts"

type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** The props that Next passes to a page. */
export type NextPageProps = { searchParams: SearchParams }

/** Renders a page handler as a page of Next, which cannot set the status. @param path the page's path */
export async function servePage(
  path: string,
  handle: PageHandler,
  { searchParams }: Partial<NextPageProps> = {},
): Promise<ReactNode> {
  const page = await handle(await readRequest(path, await searchParams))
  if (page === null) notFound()
  if ("content" in page) return page.content
  redirect(page.headers.Location ?? "/")
}

/** The title of a page of Next, in the language of the request. */
export async function makeMetadata(title: TitleKey): Promise<Metadata> {
  return { title: readTexts(await readRequest()).t(title) }
}

/** The request that Next is rendering a page for. */
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
