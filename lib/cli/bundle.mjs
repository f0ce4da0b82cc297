// The command line as `npm run build` compiles it, and whether it was built from the current sources.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"

/** Where the build stores the compiled command line and the list of its sources, relative to the project's root. */
export const cliBundle = ".next/oauth-flow/cli.mjs"
const manifest = ".next/oauth-flow/cli.json"

/**
 * Stores a hash of the sources of the bundle.
 * @param {string} root the project's root
 * @param {string[]} files relative to the root
 */
export function writeCliManifest(root, files) {
  writeFileSync(path.join(root, manifest), JSON.stringify({ files, hash: hashFiles(root, files) }))
}

/**
 * Whether a bundle exists and its sources have not changed since. It hashes about 100 small files in a few milliseconds.
 * @param {string} root the project's root
 */
export function isCliBundleCurrent(root) {
  if (!existsSync(path.join(root, manifest)) || !existsSync(path.join(root, cliBundle))) return false
  const { files, hash } = JSON.parse(readFileSync(path.join(root, manifest), "utf8"))
  return hashFiles(root, files) === hash
}

/** @param {string} root @param {string[]} files a file that does not exist counts as empty */
function hashFiles(root, files) {
  const hash = createHash("sha256")
  for (const file of files) {
    const source = path.join(root, file)
    hash
      .update(`${file}\0`)
      .update(existsSync(source) ? readFileSync(source) : "")
      .update("\0")
  }
  return hash.digest("hex")
}
