// npm start: runs the server that `npm run build` compiled from server.ts.
import { existsSync } from "node:fs"

const main = new URL("../../.next/oauth-flow/server.mjs", import.meta.url)
if (!existsSync(main)) {
  process.stderr.write("There is no build. Run npm run build first.\n")
  process.exit(1)
}
await import(main.href)
