import { afterEach, beforeEach, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { fetchPublicDocument, isAllowedAddress } from "./public-document"

let opened: TestDatabase
beforeEach(async () => {
  opened = await openTestDatabase("sqlite", { CLIENT_DOCUMENT_NETWORKS: "10.20.0.0/16,fd00:1::/32" })
})
afterEach(() => opened.drop())

const refused = [
  "0.0.0.0",
  "10.0.0.1",
  "10.255.255.255",
  "100.64.0.1",
  "127.0.0.1",
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
  "https://localhost:1/client.json",
  "https://does-not-exist.invalid/client.json",
]

test("nothing is fetched by http, from an address in any form, or from a name of a private address", async () => {
  for (const url of unusable) expect(await fetchPublicDocument(new URL(url)), url).toBeNull()
})
