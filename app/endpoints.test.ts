import { existsSync, readdirSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { endpointPaths, findMethodRefusal, lightPagePaths, nextPathPatterns } from "@/lib/http/known-paths"
import { root } from "@/lib/testing/packages"
import { applySettings } from "@/lib/testing/settings"
import { endpoints, findEndpoint } from "./endpoints"

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/** The paths of Next's files of this name in app, without route groups. */
function pathsOf(fileName: string): string[] {
  return readdirSync(path.join(root, "app"), { recursive: true, encoding: "utf8" })
    .map((file) => `/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(`/${fileName}`))
    .map((file) => file.slice(0, -fileName.length - 1).replace(/\/\([^/]+\)/g, "") || "/")
}

const isLeftToNext = (path: string) => nextPathPatterns.some((pattern) => pattern.test(path.replace("[id]", "x")))

test("every route.ts has a handler for every method, or is listed as a path of Next", () => {
  const routes = pathsOf("route.ts")
  expect(routes.filter((route) => !isLeftToNext(route)).sort()).toEqual([...endpointPaths].sort())
  for (const path of endpointPaths) {
    for (const method of methods) expect(findEndpoint(method, path), `${method} ${path}`).toBeTypeOf("function")
  }
})

test("every page.tsx is a light page, or is listed as a path of Next", () => {
  expect(
    pathsOf("page.tsx")
      .filter((page) => !isLeftToNext(page))
      .sort(),
  ).toEqual([...lightPagePaths].sort())
  for (const path of lightPagePaths) expect(endpoints.has(path), path).toBe(true)
  expect(endpoints.size).toBe(endpointPaths.length + lightPagePaths.length)
})

test("every file of the folder public has only GET and HEAD", () => {
  expect(existsSync(path.join(root, "public"))).toBe(true)
  for (const file of readdirSync(path.join(root, "public")))
    expect(findMethodRefusal("POST", `/${file}`), file).toBe(405)
})

test("Next handles other spellings of a path", () => {
  for (const path of ["/token/", "//token", "/%74oken", "/TOKEN", "/toString", "token"]) {
    expect(findEndpoint("GET", path), path).toBeNull()
  }
})

test("a path with only GET is refused with 405, one that does not exist with 404", () => {
  applySettings({ FLOW_INSPECTOR: "on" })
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
    for (const path of ["/", "/sign-in", "/flows", "/flows/x/export", "/form.js"]) {
      expect(findMethodRefusal(method, path), `${method} ${path}`).toBe(405)
    }
    for (const path of ["/nothing", "/sign-in/", "/_next/data/x.json"]) {
      expect(findMethodRefusal(method, path), `${method} ${path}`).toBe(404)
    }
    for (const path of endpointPaths) expect(findMethodRefusal(method, path), `${method} ${path}`).toBeNull()
  }
  expect(findMethodRefusal("GET", "/nothing")).toBeNull()
})

test("a page that is switched off by a setting does not exist", () => {
  applySettings({ FLOW_INSPECTOR: "off", SIGN_UP: "off", DEMO: "off" })
  const off = ["/flows", "/flows/x/export", "/flows/enter", "/flows/enter/submit", "/sign-up", "/sign-up/submit"]
  for (const path of [...off, "/playground", "/playground/flow"]) {
    for (const method of ["POST", "PUT"]) expect(findMethodRefusal(method, path), `${method} ${path}`).toBe(404)
  }
  // The demo shows the inspector to everyone, without a link.
  applySettings({ DEMO: "on" })
  expect(findMethodRefusal("POST", "/flows/enter/submit")).toBe(404)
  expect(findMethodRefusal("POST", "/flows")).toBe(405)
})
