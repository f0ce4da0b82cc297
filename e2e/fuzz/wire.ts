import type { Random } from "./random"
import type { Serialised } from "./request"

/** How the bytes of a request are sent: without a pause, broken off in the middle, or one byte at a time. */
type Pace = "whole" | "aborted" | "slow"

/** The bytes of one or more requests, and whether they may be no valid HTTP any more. */
export type Sent = { bytes: Buffer; pace: Pace; isDamaged: boolean }

type Damage = (sent: Serialised, random: Random) => Buffer

const join = ({ head, body }: Serialised) => Buffer.concat([head, body])

/** Replaces text in the head, byte for byte. */
const inHead =
  (change: (head: string, random: Random) => string): Damage =>
  ({ head, body }, random) =>
    Buffer.concat([Buffer.from(change(head.toString("latin1"), random), "latin1"), body])

const chunk = (bytes: Buffer, size = bytes.length.toString(16)) =>
  Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from("\r\n")])

/** The body in chunks. @param ends what follows it */
const inChunks =
  (ends: string[], sizes: string[] = []): Damage =>
  ({ head, body }, random) => {
    const chunkedHead = head.toString("latin1").replace(/\r\ncontent-length:[^\r]*/gi, "")
    const size = sizes.length > 0 ? random.pick(sizes) : undefined
    return Buffer.concat([
      Buffer.from(chunkedHead.replace(/\r\n\r\n$/, "\r\nTransfer-Encoding: chunked\r\n\r\n"), "latin1"),
      chunk(body, size),
      Buffer.from(random.pick(ends)),
    ])
  }

const damages: Damage[] = [
  // One byte in the head.
  ({ head, body }, random) => {
    const changed = Buffer.from(head)
    changed[random.int(head.length)] = random.int(256)
    return Buffer.concat([changed, body])
  },
  ({ head }, random) => head.subarray(0, random.int(head.length)),
  ({ head, body }, random) => Buffer.concat([head, body.subarray(0, random.int(body.length + 1))]),
  inHead((head) => head.replaceAll("\r\n", "\n")),
  inHead((head) => head.replace("\r\n", "\r\n folded\r\n")),
  inHead((head) => head.replace(" HTTP/1.1", "")),
  inHead((head, random) =>
    head.replace(
      "HTTP/1.1",
      random.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 x", "HTTP/9", "ICY"]),
    ),
  ),
  inHead((head, random) =>
    head.replace(/^\w+/, random.pick(["get", "G E T", "", "\0", "X".repeat(3_000), "GET\t", "CONNECT"])),
  ),
  inHead((head) => head.replace(/\r\nHost:[^\r]*/i, "")),
  inHead((head) => head.replace("\r\n", "\r\nHost: evil.example\r\n")),
  inHead((head) => head.replace("\r\n", "\r\nContent-Length: 5\r\nContent-Length: 6\r\n")),
  inHead((head) => head.replace("\r\n", "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
  inHead((head) => head.replace("\r\n", `\r\n${"X-Fuzz: x\r\n".repeat(3_000)}`)),
  inHead((head) => head.replace("\r\n", `\r\nX-Fuzz: ${"x".repeat(70_000)}\r\n`)),
  inHead((head) => `\r\n\r\n${head}`),
  inHead((head) => head.replaceAll(": ", " : ")),
  inHead((head) => head.replaceAll("\r\n", "\r\r\n")),
  inChunks(["0\r\n\r\n"]),
  inChunks(["0\r\nTrailer: x\r\n\r\n", `0\r\n${"X: y\r\n".repeat(4_000)}\r\n`]),
  inChunks(
    ["0\r\n\r\n"],
    ["0", "fffffffff", "-1", "x", "1;ext=x", "ffffffffffffffffffff", "0x5", ` ${"0".repeat(100)}5`],
  ),
  inChunks(["", "0\r\n", "0", "\r\n"]),
  // Another request behind the first, which a client may send before the answer.
  (sent) =>
    Buffer.concat([join(sent), Buffer.from("GET /jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]),
  () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  // The start of TLS.
  () => Buffer.from("16030100c8010000c40303", "hex"),
  (_sent, random) => Buffer.from(Array.from({ length: 1 + random.int(500) }, () => random.int(256))),
  () => Buffer.from("\r\n\r\n\r\n\r\n"),
]

/** Decides how a request is sent, and damages a few of them. */
export function toWire(sent: Serialised, random: Random): Sent {
  const kind = random.next()
  if (kind < 0.08) return { bytes: random.pick(damages)(sent, random), pace: "whole", isDamaged: true }
  const whole = join(sent)
  if (kind < 0.1) return { bytes: whole.subarray(0, random.int(whole.length)), pace: "aborted", isDamaged: true }
  if (kind < 0.105) return { bytes: whole, pace: "slow", isDamaged: false }
  return { bytes: whole, pace: "whole", isDamaged: false }
}
