// Serves the browser client's files, and its settings from the environment, as a build tool would.
// ISSUER=http://localhost:3000 CLIENT_ID=... PORT=5173 npx tsx serve-browser-client.ts
import { createReadStream } from "node:fs"
import { createServer } from "node:http"
import path from "node:path"
import { fileURLToPath } from "node:url"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", PORT = "5173" } = process.env
const here = (file: string) => path.join(import.meta.dirname, file)

const files: Record<string, { type: string; file: string }> = {
  "/": { type: "text/html", file: here("browser-client.html") },
  "/browser-client.js": { type: "text/javascript", file: here("browser-client.js") },
  "/oauth4webapi.js": { type: "text/javascript", file: fileURLToPath(import.meta.resolve("oauth4webapi")) },
}
const settings = `export const issuer = ${JSON.stringify(ISSUER)}\nexport const clientId = ${JSON.stringify(CLIENT_ID)}\n`

createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost")
  if (pathname === "/settings.js") return response.setHeader("Content-Type", "text/javascript").end(settings)
  const found = files[pathname]
  if (!found) return response.writeHead(404).end()
  response.setHeader("Content-Type", `${found.type}; charset=utf-8`)
  createReadStream(found.file).pipe(response)
}).listen(Number(PORT), () => console.log(`The browser client is ready at http://localhost:${PORT}/`))
