import { readdirSync } from "node:fs"
import path from "node:path"
import { root } from "@/lib/testing/packages"

/** The endpoints in the folder of the client endpoints that a browser visits. */
const visitedEndpoints = ["/authorize", "/callback", "/end-session"]

/** Every path of the server: the routes, the pages and the files of the folder public. A new one is included by itself. */
export function listPaths(): { endpoints: string[]; pages: string[]; files: string[] } {
  const all = readdirSync(path.join(root, "app"), { recursive: true, encoding: "utf8" }).map(
    (file) => `/${file.replaceAll("\\", "/")}`,
  )
  const pathsOf = (name: string) =>
    all
      .filter((file) => file.endsWith(`/${name}`))
      .map((file) => file.slice(0, -name.length - 1).replace(/\/\([^/]+\)/g, "") || "/")
      .sort()
  return {
    endpoints: pathsOf("route.ts"),
    pages: pathsOf("page.tsx"),
    files: readdirSync(path.join(root, "public"))
      .map((file) => `/${file}`)
      .sort(),
  }
}

/** The endpoints for clients: they answer with JSON, errors included. */
export function listClientEndpoints(): Set<string> {
  const folders = ["(oauth)", ".well-known"].flatMap((group) =>
    readdirSync(path.join(root, "app", group)).map((name) => (group === "(oauth)" ? `/${name}` : `/${group}/${name}`)),
  )
  return new Set(folders.filter((folder) => ![...visitedEndpoints, "/.well-known/change-password"].includes(folder)))
}
