import { testEnvironment } from "../fixtures/environment"
import { startOwnServer } from "../fixtures/own-server"
import { expect, test } from "../fixtures/world"

/** The Strict-Transport-Security headers of a public file, a built file and a missing file. */
async function readHsts(baseUrl: string): Promise<(string | null)[]> {
  const page = await (await fetch(`${baseUrl}/sign-in`)).text()
  const [stylesheet = ""] = /\/_next\/static\/[^"]+\.css/.exec(page) ?? []
  const paths = ["/form.js", stylesheet, "/_next/static/nothing.js"]
  const responses = await Promise.all(paths.map((path) => fetch(`${baseUrl}${path}`)))
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 404])
  return responses.map(({ headers }) => headers.get("strict-transport-security"))
}

test("files have Strict-Transport-Security where the issuer is https - RFC 6797 7.1", async () => {
  const server = await startOwnServer({ TRUSTED_PROXIES: "0" }, "https://login.example.com")
  expect(await readHsts(server.baseUrl)).toEqual(Array(3).fill("max-age=31536000"))
  expect(await readHsts(testEnvironment().issuer)).toEqual([null, null, null])
  await server.stop()
})

test("a file is sent whole, whatever range is requested - RFC 9110 14.2", async () => {
  const { issuer } = testEnvironment()
  const whole = await (await fetch(`${issuer}/form.js`)).text()
  for (const range of ["bytes=0-0", "bytes=5-1", "bytes=-1", "bytes=0-,0-,0-", "bytes=9999999-", "x", "bytes=--"]) {
    const response = await fetch(`${issuer}/form.js`, { headers: { Range: range } })
    expect([response.status, await response.text()], range).toEqual([200, whole])
  }
})
