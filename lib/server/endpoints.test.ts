import { readdirSync } from "node:fs"
import nodePath from "node:path"
import { expect, test } from "vitest"
import { root } from "@/lib/testing/packages"
import { findEndpoint } from "./endpoints"

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

test("every route.ts of app can be had without Next, by every method", () => {
  const files = readdirSync(nodePath.join(root, "app"), { recursive: true, encoding: "utf8" })
  const routes = files
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith("/route.ts"))
    // What belongs to a page is left to Next.
    .filter((file) => !file.startsWith("(pages)/"))
  expect(routes.length).toBeGreaterThan(8)
  for (const route of routes) {
    const path = `/${route}`.replace(/\/route\.ts$/, "").replace(/\/\([^/]+\)/g, "")
    for (const method of methods) expect(findEndpoint(method, path), `${method} ${path}`).toBeTypeOf("function")
  }
})

test("what is no endpoint is left to Next", () => {
  for (const path of ["/", "/sign-in", "/token/", "//token", "/%74oken", "/TOKEN", "/toString", "token"]) {
    expect(findEndpoint("GET", path), path).toBeNull()
  }
  for (const method of ["PROPFIND", "constructor", "", undefined]) expect(findEndpoint(method, "/token")).toBeNull()
})
