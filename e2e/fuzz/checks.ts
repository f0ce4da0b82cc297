import type { Answer, Exchange } from "./exchange"
import { markup } from "./hostile-values"
import { listClientEndpoints } from "./paths"
import type { FuzzRequest } from "./request"
import type { Sent } from "./wire"

/** Milliseconds. */
export const slowAnswerMs = 2_000

const clientEndpoints = listClientEndpoints()
/** Public documents, which may be cached. Their errors may not. */
const documents = /^\/(jwks|\.well-known\/(oauth-authorization-server|openid-configuration))$/

export type Context = {
  /** The origins that an answer may redirect to. */
  allowedOrigins: Set<string>
}

/** What is wrong with the answers to a request, in words. Empty when nothing is. */
export function findProblems(
  request: FuzzRequest,
  sent: Sent,
  { answers, end, received }: Exchange,
  context: Context,
): string[] {
  const mayBeRefused = sent.isDamaged || !isWellFormed(sent.bytes)
  if (sent.pace !== "whole") return answers.flatMap((answer) => findServerErrors(request, answer))
  if (answers.length === 0 && !mayBeRefused) return [`no complete answer (${end}): ${received.slice(0, 200)}`]
  return answers.flatMap((answer) => {
    const errors = findServerErrors(request, answer)
    if (errors.length > 0) return errors
    // Node's parser has refused the request before any code of this project.
    if (mayBeRefused && isFromParser(answer)) return []
    if (isFromParser(answer)) return [`the parser's answer ${answer.status} to a well-formed request`]
    const general = findGeneralProblems(answer, context)
    return sent.isDamaged ? general : [...general, ...findFormProblems(request, answer)]
  })
}

const headerOf = ({ headers }: Answer, name: string) => headers.find(([other]) => other === name)?.[1]

const isFromParser = (answer: Answer) =>
  [400, 408, 413, 414, 417, 431].includes(answer.status) &&
  answer.body === "" &&
  !headerOf(answer, "x-content-type-options")

/** Whether Node's parser accepts the head, as far as this can be seen without parsing it. */
export function isWellFormed(bytes: Buffer): boolean {
  const [head = ""] = bytes.toString("latin1").split("\r\n\r\n")
  const [requestLine = "", ...lines] = head.split("\r\n")
  const names = lines.map((line) => line.split(":")[0]?.toLowerCase())
  return (
    head.length < 30_000 &&
    /^[A-Z]+ \/[\x21-\x7e]* HTTP\/1\.1$/.test(requestLine) &&
    lines.every((line) => /^[\w-]+: ?[\t\x20-\x7e\x80-\xff]*$/.test(line)) &&
    !["transfer-encoding", "expect", "upgrade"].some((name) => names.includes(name)) &&
    names.filter((name) => name === "content-length").length <= 1 &&
    names.filter((name) => name === "host").length === 1 &&
    !lines.some((line) => /^content-length: ?(?!\d+$)/i.test(line)) &&
    hasWholeBody(bytes, head)
  )
}

function hasWholeBody(bytes: Buffer, head: string): boolean {
  const length = Number(/^content-length: ?(\d+)$/im.exec(head)?.[1] ?? 0)
  return bytes.length - head.length - 4 === length
}

/** Requests of a browser or of Next's router that fetch ahead are refused with 503. */
const isPrefetch = ({ headers }: FuzzRequest) =>
  headers.some(([name]) => /^(sec-purpose|rsc|next-router-prefetch|purpose|x-moz)$/i.test(name))

function findServerErrors(request: FuzzRequest, { status, body }: Answer): string[] {
  const isExpected = status === 503 && isPrefetch(request)
  return status >= 500 && !isExpected ? [`status ${status}: ${body.slice(0, 300)}`] : []
}

function findGeneralProblems(answer: Answer, { allowedOrigins }: Context): string[] {
  const problems: string[] = []
  const location = headerOf(answer, "location")
  if (location !== undefined && !isAllowed(location, allowedOrigins))
    problems.push(`a redirect to ${location.slice(0, 200)}`)
  if (headerOf(answer, "x-injected") !== undefined) problems.push("a header of the request is in the answer")
  if (headerOf(answer, "content-type")?.startsWith("text/html") && answer.body.includes(markup.slice(2)))
    problems.push("markup of the request is in the page")
  if (/\n\s+at .*\.(m?js|ts):\d+/.test(answer.body)) problems.push("a stack trace is in the answer")
  // A stock nginx refuses a larger head with 502.
  if (answer.bytes > 4_096) problems.push(`a head of ${answer.bytes} bytes`)
  return problems
}

function isAllowed(location: string, allowedOrigins: Set<string>): boolean {
  if (/^\/(?!\/)/.test(location)) return true
  return URL.canParse(location) && allowedOrigins.has(new URL(location).origin)
}

/** A target can be a URL. */
const pathOf = ({ path }: FuzzRequest) => path.replace(/^https?:\/\/[^/]*/, "").split("?")[0] ?? ""

/** Routes that scripts of the flow inspector and of the playground read. Their errors have no page. */
const inspectorFiles = /^\/flows\/(stream|.+\/(stream|export))|^\/playground\/flow/

function findFormProblems(request: FuzzRequest, answer: Answer): string[] {
  const { status, body } = answer
  const path = pathOf(request)
  const isForClient = clientEndpoints.has(path)
  const problems: string[] = []
  const isStored = !/\bno-store\b/.test(headerOf(answer, "cache-control") ?? "")
  if (isForClient && isStored && !(documents.test(path) && status < 400)) problems.push("Cache-Control is not no-store")
  if (status < 400 || request.method === "HEAD") return problems
  const type = headerOf(answer, "content-type") ?? ""
  if (isForClient) problems.push(...findJsonProblems(type, body))
  else if (
    !/\.(png|ico|js|svg|txt)$|^\/_next\/|^\/(brand-logo|client-logo)$/.test(path) &&
    !inspectorFiles.test(path)
  ) {
    if (isStored) problems.push(`Cache-Control of an error page is ${headerOf(answer, "cache-control")}`)
    const accept = request.headers.filter(([name]) => name.toLowerCase() === "accept").map(([, value]) => value)
    const mayBeJson = accept.some((value) => value.includes("application/json"))
    if (type.startsWith("application/json") && mayBeJson) problems.push(...findJsonProblems(type, body))
    else if (!/^text\/html/.test(type) || !/^<!doctype html>/i.test(body))
      problems.push(`an error page of type ${type || "none"}`)
  }
  return problems.map((problem) => `${status}: ${problem}`)
}

function findJsonProblems(type: string, body: string): string[] {
  if (!type.startsWith("application/json")) return [`an error of type ${type || "none"}`]
  try {
    const { error, error_description } = JSON.parse(body) as Record<string, unknown>
    const isDescribed =
      typeof error_description === "string" && /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(error_description)
    if (typeof error === "string" && /^[a-z_]+$/.test(error) && isDescribed) return []
    return [`an error without error and error_description: ${body.slice(0, 300)}`]
  } catch {
    return [`an error that is not JSON: ${body.slice(0, 300)}`]
  }
}
