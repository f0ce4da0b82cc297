// The second half of `npm run build`: compiles our own server, so that `npm start` needs no TypeScript loader.
import path from "node:path"
import { build } from "esbuild"

const root = path.resolve(import.meta.dirname, "../../..")

await build({
  absWorkingDir: root,
  entryPoints: ["lib/server/main.ts"],
  // Beside Next's part of the build, and as deep in the project as the sources, which find its root by that.
  outdir: ".next/oauth-flow",
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  target: "node20",
  logLevel: "warning",
})
