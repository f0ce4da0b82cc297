import { connect, type Socket } from "node:net"

/** An HTTP response. `location` is set only for redirects, `body` is decoded as UTF-8. */
export type Answer = { status: number; location: string | null; body: string }

type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void }

/**
 * An HTTP/1.1 keep-alive connection with one request at a time. It parses only what the bench needs, so that the load
 * generator costs less than the fastest server.
 */
export class Connection {
  #received: Buffer | null = null
  #waiting: Waiting | null = null
  #problem: Error | null = null

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on("data", (chunk) => this.#receive(chunk))
    socket.on("error", (error) => this.#fail(error))
    socket.on("close", () => this.#fail(new Error("The server closed the connection.")))
  }

  /** Connects to a port of 127.0.0.1. */
  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1" })
      socket.once("error", reject)
      socket.once("connect", () => {
        socket.off("error", reject)
        resolve(new Connection(socket))
      })
    })
  }

  /** Sends a whole request, head and body. @throws Error when the connection breaks or the response cannot be parsed */
  send(request: Buffer): Promise<Answer> {
    if (this.#problem) return Promise.reject(this.#problem)
    if (this.#waiting) throw new Error("A connection sends one request at a time.")
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.socket.write(request)
    })
  }

  close(): void {
    this.#problem = new Error("The connection is closed.")
    this.socket.destroy()
  }

  #fail(error: Error): void {
    this.#problem ??= error
    this.#waiting?.reject(this.#problem)
    this.#waiting = null
  }

  #receive(chunk: Buffer): void {
    const received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk
    try {
      const answer = parseAnswer(received)
      this.#received = answer ? null : received
      if (!answer) return
      const waiting = this.#waiting
      this.#waiting = null
      if (!waiting) throw new Error("The server sent a response without a request.")
      waiting.resolve(answer)
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
      this.socket.destroy()
    }
  }
}

const contentLength = /\r\ncontent-length: *(\d+)/i
const chunked = /\r\ntransfer-encoding: *chunked/i
const locationField = /\r\nlocation: *([^\r]*)/i

/** @returns null while the response is incomplete */
function parseAnswer(bytes: Buffer): Answer | null {
  const end = bytes.indexOf("\r\n\r\n")
  if (end < 0) return null
  const head = bytes.toString("latin1", 0, end)
  const status = Number(head.slice(9, 12))
  const location = status >= 300 && status < 400 ? (locationField.exec(head)?.[1] ?? null) : null
  const length = contentLength.exec(head)?.[1]
  if (length !== undefined) {
    const until = end + 4 + Number(length)
    return bytes.length < until ? null : { status, location, body: bytes.toString("utf8", end + 4, until) }
  }
  if (chunked.test(head)) {
    const body = parseChunks(bytes, end + 4)
    return body === null ? null : { status, location, body }
  }
  if (status === 204 || status === 304) return { status, location, body: "" }
  throw new Error(`The response has neither Content-Length nor chunks:\n${head}`)
}

function parseChunks(bytes: Buffer, start: number): string | null {
  let body = ""
  let at = start
  for (;;) {
    const end = bytes.indexOf("\r\n", at)
    if (end < 0) return null
    const size = Number.parseInt(bytes.toString("latin1", at, end), 16)
    const next = end + 2 + size + 2
    if (bytes.length < next) return null
    if (size === 0) return body
    body += bytes.toString("utf8", end + 2, end + 2 + size)
    at = next
  }
}
