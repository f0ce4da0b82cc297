// npm run -s cli: runs the bundle of `npm run build`, or the TypeScript when there is no build of the current sources.
import path from "node:path"
import { pathToFileURL } from "node:url"
import { cliBundle, isCliBundleCurrent } from "./bundle.mjs"

const root = path.resolve(import.meta.dirname, "../..")
if (isCliBundleCurrent(root)) {
  await import(pathToFileURL(path.join(root, cliBundle)).href)
} else {
  const { register } = await import("tsx/esm/api")
  register({ tsconfig: path.join(root, "tsconfig.json") })
  await import("./main.ts")
}
