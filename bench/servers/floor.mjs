// The floor: the minimum cost of the operations. A bare node:http server that parses the form, signs one JWT and writes one
// row for a refresh, and does less for the other operations.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto"
import http from "node:http"
import { client, databaseFile, issuer, person, port } from "./settings.mjs"
import { openSqlite } from "./sqlite.mjs"

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
const header = encode({ alg: "ES256", typ: "at+jwt", kid: "floor" })

const database = openSqlite(databaseFile)
database.exec("CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY, token TEXT NOT NULL)")
const insert = database.prepare("INSERT OR IGNORE INTO session VALUES (?, '')")
for (let id = 0; id < 1000; id++) insert.run(id)
const update = database.prepare("UPDATE session SET token = ? WHERE id = ?")

const jwks = constant({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "floor", use: "sig", alg: "ES256" }] })
const discovery = constant({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  introspection_endpoint: `${issuer}/introspect`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ["code"],
  grant_types_supported: ["authorization_code", "refresh_token"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
})

const posts = { "/introspect": introspect, "/token": refresh }
const gets = { "/jwks": jwks, "/.well-known/openid-configuration": discovery }

http
  .createServer((request, response) => {
    const answer = gets[request.url]
    if (answer) return answer(response)
    const post = posts[request.url]
    if (!post) return response.writeHead(404).end()
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (text) => {
      body += text
    })
    request.on("end", () => send(response, JSON.stringify(post(new URLSearchParams(body)))))
  })
  .listen(port, "127.0.0.1")

function introspect(form) {
  return { active: form.has("token"), client_id: client.id, sub: person.email, scope: "openid", token_type: "Bearer" }
}

let turn = 0
function refresh(form) {
  const token = randomBytes(32).toString("base64url")
  update.run(token, turn++ % 1000)
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, sub: person.email, client_id: client.id, iat: now, exp: now + 3600, jti: token }
  const signed = `${header}.${encode(claims)}`
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" })
  return {
    access_token: `${signed}.${signature.toString("base64url")}`,
    token_type: "Bearer",
    expires_in: 3600,
    scope: form.get("scope") ?? "openid",
    refresh_token: token,
  }
}

function send(response, text) {
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  })
  response.end(text)
}

function constant(value) {
  const bytes = Buffer.from(JSON.stringify(value))
  const headers = { "Content-Type": "application/json", "Content-Length": bytes.length }
  return (response) => response.writeHead(200, headers).end(bytes)
}
