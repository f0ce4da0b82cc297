// The second half of `npm run build`: compiles server.ts and lib/cli, so that they need no TypeScript loader, and builds the
// stylesheet of the light pages (app/light-page.tsx).
import { createHash } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"
import tailwind from "@tailwindcss/postcss"
import { build } from "esbuild"
import postcss from "postcss"
import { writeCliManifest } from "../../cli/bundle.mjs"

const root = path.resolve(import.meta.dirname, "../../..")

/** Writes the stylesheet into the folder of Next's files, under a name with its hash. @returns its path */
async function buildStylesheet() {
  const from = path.join(root, "app/globals.css")
  const { css } = await postcss([tailwind({ base: root, optimize: { minify: true } })]).process(readFileSync(from), {
    from,
  })
  const name = `light-${createHash("sha256").update(css).digest("hex").slice(0, 16)}.css`
  mkdirSync(path.join(root, ".next/static/css"), { recursive: true })
  writeFileSync(path.join(root, ".next/static/css", name), css)
  return `/_next/static/css/${name}`
}

/** Compresses files once. Next would compress them for each request. */
function compressFiles(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (/\.(js|css|svg|json|txt)$/.test(entry.name)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)))
  }
}

const options = {
  absWorkingDir: root,
  // In the folder of Next's build.
  outdir: ".next/oauth-flow",
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  target: "node20",
  logLevel: "warning",
}

await build({
  ...options,
  entryPoints: ["server.ts"],
  jsx: "automatic",
  // Light pages contain their icon, which saves a request.
  loader: { ".svg": "dataurl" },
  define: { "process.env.LIGHT_STYLESHEET": JSON.stringify(await buildStylesheet()) },
})

const { metafile } = await build({ ...options, entryPoints: { cli: "lib/cli/main.ts" }, metafile: true })
writeCliManifest(root, Object.keys(metafile.inputs))

compressFiles(path.join(root, ".next/static"))
