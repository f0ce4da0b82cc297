// Bundles the scripts of the pages that use a library, into the folder public. Plain JavaScript, because it runs on install.
import path from "node:path"
import { build } from "esbuild"

const root = path.resolve(import.meta.dirname, "../../..")

await build({
  absWorkingDir: root,
  entryPoints: { passkeys: "app/(pages)/_scripts/passkeys.mjs" },
  outdir: "public",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  logLevel: "warning",
})
