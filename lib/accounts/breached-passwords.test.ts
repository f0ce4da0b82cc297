import http from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { log } from "@/lib/log"
import { applySettings } from "@/lib/testing/settings"
import { isBreached } from "./breached-passwords"
import { hashNewPassword } from "./password-rules"

const email = "ada@example.com"
const breached = "blue bicycle in the rain"
const unknown = "green bicycle in the rain"

/** A service with the interface of Have I Been Pwned: lines of 35 digits and a count, where 0 is padding. */
const requests: string[] = []
let answer: { status: number; body: string }
const service = http.createServer((request, response) => {
  requests.push(request.url ?? "")
  response.writeHead(answer.status).end(answer.body)
})
beforeAll(() => new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve)))
afterAll(() => service.close())

beforeEach(() => {
  requests.length = 0
  answer = {
    status: 200,
    body: "0018A45C4D1DEF81644B54AB7F969B88D65:3\r\nF32C7AAB4B60FA5143B83DD94676D220DA4:1\r\n32C7AAB4B60FA5143B83DD94676D220DA4F:12\r\n",
  }
  const { port } = service.address() as AddressInfo
  applySettings({ BREACHED_PASSWORDS_URL: `http://127.0.0.1:${port}/range/` })
})

test("a password from a data breach is refused, and the service gets five digits only", async () => {
  expect(await hashNewPassword(breached, email)).toMatchObject({ ok: false, problem: "problems.passwordBreached" })
  expect(requests).toEqual(["/range/47AAF"])
})

test("another password is accepted, and padding is not a breach", async () => {
  expect(await hashNewPassword(unknown, email)).toMatchObject({ ok: true })
  answer.body = "32C7AAB4B60FA5143B83DD94676D220DA4F:0\r\n"
  expect(await isBreached(breached)).toBe(false)
})

test("a password that breaks a rule is not sent", async () => {
  expect(await hashNewPassword("password", email)).toMatchObject({ problem: "problems.passwordCommon" })
  expect(requests).toEqual([])
})

test("when the service fails or is not set, the password is accepted", async () => {
  const warn = vi.spyOn(log(), "warn").mockReturnValue()
  answer = { status: 500, body: "" }
  expect(await isBreached(breached)).toBe(false)
  expect(warn).toHaveBeenCalledWith({ event: "breached_passwords_unavailable", problem: "status 500" })
  warn.mockRestore()
  requests.length = 0
  applySettings({})
  expect(await isBreached(breached)).toBe(false)
  expect(requests).toEqual([])
})
