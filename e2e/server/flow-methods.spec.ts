import { openOperatorBrowser } from "../fixtures/operator"
import { expect, test } from "../fixtures/world"

test("for an operator a flow that does not exist is 404 for every method, and the list of flows is 405 - RFC 9110 15.5.5, 15.5.6", async () => {
  const operator = await openOperatorBrowser()
  for (const path of ["/flows/unknown", "/flows/unknown/export"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      expect((await operator.fetch(path, { method })).status, `${method} ${path}`).toBe(404)
    }
  }
  expect((await operator.fetch("/flows")).status).toBe(200)
  expect((await operator.fetch("/flows", { method: "POST" })).status).toBe(405)
})
