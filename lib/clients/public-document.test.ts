import type { LookupAddress } from "node:dns"
import { type AddressInfo, createServer, type Server } from "node:net"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { fetchPublicDocument, findMaxAge, isAllowedAddress, lookupAllowed, type Resolve } from "./public-document"

let opened: TestDatabase
beforeEach(async () => {
  opened = await openTestDatabase("sqlite", {
    CLIENT_DOCUMENT_NETWORKS: "10.20.0.0/16,fd00:1::/32,127.0.0.1/32",
  })
})
afterEach(() => opened.drop())

const refused = [
  "0.0.0.0",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "127.0.0.2",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.0.1",
  "198.18.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "::127.0.0.1",
  "100::1",
  "fec0::1",
  "2001:0:7f00:1::",
  "2001:db8::1",
  "2002:7f00:1::",
  "fc00::1",
  "fd00::1",
  "fe80::1",
  "ff02::1",
  "not an address",
]

const allowed = [
  "8.8.8.8",
  "1.1.1.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.167.0.1",
  "2606:4700:4700::1111",
  "2a00:1450:4001::1",
  "10.20.3.4",
  "fd00:1::5",
  "127.0.0.1",
]

test("the server connects to public addresses and to the operator's alone", () => {
  for (const address of refused) expect(isAllowedAddress(address), address).toBe(false)
  for (const address of allowed) expect(isAllowedAddress(address), address).toBe(true)
})

const unusable = [
  "http://client.example/client.json",
  "https://127.0.0.1/client.json",
  "https://127.1/client.json",
  "https://2130706433/client.json",
  "https://0x7f000001/client.json",
  "https://0177.0.0.1/client.json",
  "https://[::1]/client.json",
  "https://[::ffff:127.0.0.1]/client.json",
  "https://10.20.3.4/client.json",
  "https://8.8.8.8/client.json",
  "https://does-not-exist.invalid/client.json",
]

test("nothing is fetched by http, from an address in any form, or from a name that does not exist", async () => {
  for (const url of unusable) expect(await fetchPublicDocument(new URL(url)), url).toBeNull()
})

/** What a name server answers, one answer after the other. It counts the questions. */
function answerWith(...answers: (string[] | Error)[]): { resolve: Resolve; questions: string[] } {
  const questions: string[] = []
  const resolve: Resolve = (hostname, options, callback) => {
    expect(options.all).toBe(true)
    const answer = answers[questions.length] ?? new Error("asked too often")
    questions.push(hostname)
    if (answer instanceof Error) callback(answer, [])
    else callback(null, answer.map(toAddress))
  }
  return { resolve, questions }
}
const toAddress = (address: string): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })

/** What a connection gets for a name: one address, or all. */
const lookUp = (resolve: Resolve, all: boolean) =>
  new Promise<string[]>((done, fail) =>
    lookupAllowed(resolve)("client.example", { all }, (error, address) => {
      if (error) fail(error)
      else done(typeof address === "string" ? [address] : address.map((one) => one.address))
    }),
  )

describe.each([false, true])("a connection that asks for all addresses: %s", (all) => {
  test.each<[string, string[] | Error, string]>([
    ["a private address", ["10.0.0.1"], "not allowed"],
    ["a public address, then a private one", ["8.8.8.8", "10.0.0.1"], "not allowed"],
    ["a private address, then a public one", ["10.0.0.1", "8.8.8.8"], "not allowed"],
    ["a public address, then one of this host in IPv6", ["8.8.8.8", "::1"], "not allowed"],
    ["a public address, then a private one mapped to IPv6", ["8.8.8.8", "::ffff:10.0.0.1"], "not allowed"],
    ["a public address, mapped to IPv6", ["::ffff:8.8.8.8"], "not allowed"],
    ["a public address, then no address", ["8.8.8.8", ""], "not allowed"],
    ["no address", [], "no address"],
    ["an error", new Error("ENOTFOUND"), "ENOTFOUND"],
  ])("gets nothing for a name with %s", async (_, answer, message) => {
    await expect(lookUp(answerWith(answer).resolve, all)).rejects.toThrow(message)
  })

  test("gets the public addresses of a name", async () => {
    const addresses = ["2606:4700:4700::1111", "8.8.8.8"]
    expect(await lookUp(answerWith(addresses).resolve, all)).toEqual(all ? addresses : addresses.slice(0, 1))
  })
})

describe("with a server at 127.0.0.1, which is allowed", () => {
  let connections: number
  let server: Server
  let url: URL
  beforeEach(async () => {
    connections = 0
    server = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    url = new URL(`https://client.example:${(server.address() as AddressInfo).port}/client.json`)
  })
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())))

  test("a fetch resolves the name once, and connects to what was checked, whatever the next answer is", async () => {
    const { resolve, questions } = answerWith(["127.0.0.1"], ["127.0.0.2"])
    expect(await fetchPublicDocument(url, resolve)).toBeNull()
    expect([questions, connections]).toEqual([["client.example"], 1])
  })

  test("a fetch asks for the name again only in the next fetch, and checks that answer too", async () => {
    const { resolve, questions } = answerWith(["127.0.0.1"], ["127.0.0.1", "127.0.0.2"])
    for (const _ of [1, 2]) expect(await fetchPublicDocument(url, resolve)).toBeNull()
    expect([questions.length, connections]).toEqual([2, 1])
  })

  test.each([[["127.0.0.1", "127.0.0.2"]], [["127.0.0.2", "127.0.0.1"]], [["127.0.0.1", "::ffff:127.0.0.1"]]])(
    "a fetch from a name with the addresses %j connects to nothing",
    async (addresses) => {
      const { resolve, questions } = answerWith(addresses)
      expect(await fetchPublicDocument(url, resolve)).toBeNull()
      expect([questions, connections]).toEqual([["client.example"], 0])
    },
  )
})

const date = "Sat, 01 Jan 2028 00:00:00 GMT"
const anHourLater = "Sat, 01 Jan 2028 01:00:00 GMT"

test.each([
  ["no headers", {}, 600],
  ["max-age", { "cache-control": "public, max-age=120" }, 120],
  ["max-age in capitals and quotes", { "cache-control": 'Max-Age="120"' }, 120],
  ["max-age that is no number", { "cache-control": "max-age=x" }, 0],
  ["max-age that is not in decimal digits", { "cache-control": "max-age=0x7fffffff" }, 0],
  ["max-age below zero", { "cache-control": "max-age=-1" }, 0],
  ["max-age without a number", { "cache-control": "max-age" }, 600],
  ["no-store", { "cache-control": "no-store, max-age=120" }, 0],
  ["no-cache", { "cache-control": "No-Cache" }, 0],
  ["s-maxage, which is for shared caches", { "cache-control": "s-maxage=999, max-age=120" }, 120],
  ["s-maxage alone", { "cache-control": "s-maxage=999" }, 600],
  ["an unknown directive that ends in max-age", { "cache-control": "x-max-age=999, max-age=120" }, 120],
  ["Expires", { date, expires: anHourLater }, 3600],
  ["Expires and max-age, which wins", { date, expires: anHourLater, "cache-control": "max-age=120" }, 120],
  ["Expires without a Date", { expires: new Date(Date.now() + 60_000).toUTCString() }, 60],
  ["Expires in the past", { date: anHourLater, expires: date }, 0],
  ["Expires that is no date", { date, expires: "0" }, 0],
  ["an Age", { "cache-control": "max-age=120", age: "50" }, 70],
  ["an Age below zero", { "cache-control": "max-age=120", age: "-99999999" }, 120],
  ["an Age that is not in decimal digits", { "cache-control": "max-age=120", age: "0x32" }, 120],
  ["an Age after Expires", { date, expires: anHourLater, age: "600" }, 3000],
  ["Last-Modified alone", { date: anHourLater, "last-modified": date }, 600],
])("a response with %s is kept so many seconds - RFC 9111 4.2", (_, headers, seconds) => {
  expect(Math.abs(findMaxAge(headers) - seconds)).toBeLessThan(10)
})
