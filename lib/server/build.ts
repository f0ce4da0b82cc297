import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { OperatorError } from "@/lib/operator-errors"
import { root } from "./project"

/** The sources of a build: these folders, and the settings and entry points in the project's root. */
const folders = ["app", "lib", "prisma", "public"]
const isSourceFile = (name: string) => /\.(ts|mjs|json)$/.test(name) && name !== "next-env.d.ts"

/** The hash of the sources of the build, stored in the build's folder. */
const hashFile = path.join(root, ".next/oauth-flow-sources")

/** The compiled server.ts. */
export const serverFile = pathToFileURL(path.join(root, ".next/oauth-flow/server.mjs"))

/** Whether a production build exists, of any age. */
export function hasBuild(): boolean {
  return existsSync(path.join(root, ".next/BUILD_ID")) && existsSync(serverFile)
}

/**
 * Builds unless the existing build was made from the current sources.
 * @throws OperatorError with the output when the build fails
 */
export async function buildIfNeeded(): Promise<void> {
  const hash = hashSources()
  if (hasBuild() && existsSync(hashFile) && readFileSync(hashFile, "utf8") === hash) return
  console.log("Building. This takes about half a minute ...")
  await build()
  writeFileSync(hashFile, hash)
}

/** Does what `npm run build` does. */
async function build(): Promise<void> {
  await run(createRequire(import.meta.url).resolve("next/dist/bin/next"), "build")
  await run(path.join(root, "lib/server/tooling/bundle.mjs"))
}

function run(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => {
      if (code === 0) resolve()
      else reject(new OperatorError(`${Buffer.concat(output)}\nThe build failed. The reason is above.`))
    })
  })
}

function hashSources(): string {
  const hash = createHash("sha256")
  const files = [...readdirSync(root).filter(isSourceFile).sort(), ...folders.flatMap(filesOf)]
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update("\0")
  return hash.digest("hex")
}

/** All files of a folder in a fixed order, without generated ones. */
function filesOf(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => name !== "generated")
    .flatMap((entry) => (entry.isDirectory() ? filesOf(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
}
