// Serves a browser client that uses oidc-client-ts.
// CLIENT_ID=... npx tsx e2e/clients/examples/oidc-client-ts.ts
import path from "node:path"
import { fileURLToPath } from "node:url"
import express from "express"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "", PORT = "5173" } = process.env
const folderOf = (module: string) => path.dirname(fileURLToPath(import.meta.resolve(module)))

const app = express()
// Without a bundler, the browser finds the modules by an import map.
app.use("/oidc-client-ts", express.static(folderOf("oidc-client-ts")))
app.use("/jwt-decode", express.static(folderOf("jwt-decode")))
app.get("/settings.js", (_request, response) => {
  response.type("text/javascript").send(`export default ${JSON.stringify({ issuer: ISSUER, clientId: CLIENT_ID })}`)
})
app.get("/oidc-client-ts.js", (_request, response) => {
  response.sendFile(path.join(import.meta.dirname, "oidc-client-ts.js"))
})
app.get("/", (_request, response) => {
  response.send(`<!doctype html>
<html lang="en">
  <title>oidc-client-ts</title>
  <p role="status"></p>
  <button id="sign-in">Sign in</button> <button id="sign-in-silently">Sign in silently</button>
  <button id="call">Call userinfo</button> <button id="refresh">Refresh</button> <button id="sign-out">Sign out</button>
  <script type="importmap">
    { "imports": { "oidc-client-ts": "/oidc-client-ts/oidc-client-ts.js", "jwt-decode": "/jwt-decode/index.js" } }
  </script>
  <script type="module" src="/oidc-client-ts.js"></script>
</html>`)
})

app.listen(Number(PORT), () => console.log(`The client is ready at http://localhost:${PORT}/`))
