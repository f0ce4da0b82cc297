/** A text that is percent-encoded when it is sent, or one that is sent unchanged. */
export type Value = string | { raw: string }
export type Pair = [name: Value, value: Value]
type Body = { form: Pair[] } | { json: unknown } | { bytes: Buffer } | null

/** A request before it is serialised, so that mutations can change its parts. */
export type FuzzRequest = {
  method: string
  path: string
  query: Pair[]
  headers: [name: string, value: string][]
  body: Body
}

export const formType = "application/x-www-form-urlencoded"

export function makeRequest(method: string, path: string, changes: Partial<FuzzRequest> = {}): FuzzRequest {
  return { method, path, query: [], headers: [], body: null, ...changes }
}

export function setHeader(request: FuzzRequest, name: string, value: string): void {
  removeHeader(request, name)
  request.headers.push([name, value])
}

export function removeHeader(request: FuzzRequest, name: string): void {
  request.headers = request.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase())
}

export function hasHeader({ headers }: FuzzRequest, name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name.toLowerCase())
}

export const textOf = (value: Value): string => (typeof value === "string" ? value : value.raw)

/** `encodeURIComponent` refuses lone surrogates. */
const encode = (value: Value) =>
  typeof value === "string"
    ? [...Buffer.from(value)].map((byte) => (isUnreserved(byte) ? String.fromCharCode(byte) : escapeOf(byte))).join("")
    : value.raw

const isUnreserved = (byte: number) => /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
const escapeOf = (byte: number) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`

const encodePairs = (pairs: Pair[]) => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")

function serialiseBody(body: Body): Buffer {
  if (body === null) return Buffer.alloc(0)
  if ("form" in body) return Buffer.from(encodePairs(body.form), "latin1")
  if ("json" in body) return Buffer.from(JSON.stringify(body.json) ?? "undefined")
  return body.bytes
}

/** The head of a request, which ends with an empty line, and its body. */
export type Serialised = { head: Buffer; body: Buffer }

export function serialise(request: FuzzRequest): Serialised {
  const { method, path, query } = request
  const body = serialiseBody(request.body)
  const target = query.length > 0 ? `${path}?${encodePairs(query)}` : path
  const own: [string, string][] = []
  if (!hasHeader(request, "host")) own.push(["Host", "localhost"])
  if (!hasHeader(request, "connection")) own.push(["Connection", "close"])
  const isFramed = hasHeader(request, "content-length") || hasHeader(request, "transfer-encoding")
  if (!isFramed && (request.body !== null || method === "POST")) own.push(["Content-Length", String(body.length)])
  const lines = [...own, ...request.headers].map(([name, value]) => `${name}: ${value}`)
  return { head: Buffer.from(`${[`${method} ${target} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`, "latin1"), body }
}
