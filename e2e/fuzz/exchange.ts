import net from "node:net"
import type { Sent } from "./wire"

export type Answer = { status: number; headers: [name: string, value: string][]; body: string; bytes: number }

/** What one connection received. */
export type Exchange = {
  /** The answers in the order in which they came, without interim ones. */
  answers: Answer[]
  /** Why it ended: the answer was complete, the server closed the connection, it took too long, or this side closed it. */
  end: "complete" | "closed" | "timeout" | "aborted"
  /** From the last byte sent until the end. */
  ms: number
  /** Everything received. */
  received: string
}

const slowByteMs = 20

/** How long an event stream is read: it has no end. */
const streamMs = 400

const isStream = (text: string) => /^HTTP\/1\.1 200 [^\0]*?\r\ncontent-type: text\/event-stream/i.test(text)

/** @param timeoutMs after which an unfinished exchange ends */
export function exchange(port: number, { bytes, pace }: Sent, isHead: boolean, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let started = performance.now()
    let end: Exchange["end"] = "closed"
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true })
    const timer = setTimeout(() => finish("timeout"), timeoutMs)
    let trickle: NodeJS.Timeout | undefined
    let stream: NodeJS.Timeout | undefined

    function finish(reason: Exchange["end"]): void {
      end = reason
      socket.destroy()
    }

    socket.on("connect", () => {
      if (pace === "slow") return sendSlowly()
      socket.write(bytes, () => {
        started = performance.now()
        // Later, so that the server has read what was sent.
        if (pace === "aborted") setImmediate(() => finish("aborted"))
      })
    })
    function sendSlowly(): void {
      let at = 0
      trickle = setInterval(() => {
        if (at === bytes.length) return
        socket.write(bytes.subarray(at, ++at))
        started = performance.now()
      }, slowByteMs)
    }
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      const text = Buffer.concat(chunks).toString("latin1")
      if (isStream(text)) stream ??= setTimeout(() => finish("complete"), streamMs)
      else if (isComplete(text, isHead)) finish("complete")
    })
    socket.on("error", () => undefined)
    socket.on("close", () => {
      clearTimeout(timer)
      clearInterval(trickle)
      clearTimeout(stream)
      const received = Buffer.concat(chunks).toString("latin1")
      resolve({ answers: parseAnswers(received, isHead), end, ms: performance.now() - started, received })
    })
  })
}

/** Whether the text is one whole answer and the server keeps the connection open. Otherwise the server ends the connection. */
function isComplete(text: string, isHead: boolean): boolean {
  const [answer] = parseAnswers(text, isHead)
  if (!answer) return false
  const header = (name: string) => answer.headers.find(([other]) => other === name)?.[1]
  return header("connection")?.toLowerCase() === "keep-alive"
}

function parseAnswers(text: string, isHead: boolean): Answer[] {
  const answers: Answer[] = []
  let rest = text
  while (rest !== "") {
    const headEnd = rest.indexOf("\r\n\r\n")
    const [statusLine = "", ...lines] = (headEnd < 0 ? rest : rest.slice(0, headEnd)).split("\r\n")
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
    if (headEnd < 0 || !status) return answers
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
    rest = rest.slice(headEnd + 4)
    if (status < 200) continue
    const bytes = headEnd
    const body = readBody(rest, headers, isHead || status === 204 || status === 304)
    if (body === null) return answers
    answers.push({ status, headers, body: Buffer.from(body.text, "latin1").toString("utf8"), bytes })
    rest = rest.slice(body.length)
  }
  return answers
}

/** @returns null for a body that is not complete */
function readBody(text: string, headers: Answer["headers"], isEmpty: boolean): { text: string; length: number } | null {
  const header = (name: string) => headers.find(([other]) => other === name)?.[1]
  if (isEmpty) return { text: "", length: 0 }
  if (header("content-type")?.startsWith("text/event-stream")) return { text, length: text.length }
  if (header("transfer-encoding") === "chunked") return readChunks(text)
  const length = Number(header("content-length") ?? Number.NaN)
  if (Number.isNaN(length)) return { text, length: text.length }
  return text.length >= length ? { text: text.slice(0, length), length } : null
}

function readChunks(text: string): { text: string; length: number } | null {
  let at = 0
  let body = ""
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (Number.isNaN(size) || text.length < next) return null
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = next
    if (size === 0) return { text: body, length: at }
  }
}
