import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import {
  basic,
  expect,
  expectOAuthError,
  insertUser,
  obtainCode,
  obtainTokens,
  redeem,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

const endpoints = ["/token", "/refresh", "/introspect", "/revoke"]
const formType = "application/x-www-form-urlencoded"

function post(path: string, client: TestClient, body: BodyInit, { type = formType as string | null, query = "" } = {}) {
  const headers = new Headers({ Authorization: basic(client.clientId, client.clientSecret ?? "") })
  if (type !== null) headers.set("Content-Type", type)
  const stream = body instanceof ReadableStream ? { duplex: "half" } : {}
  return fetch(new URL(`${path}${query}`, testEnvironment().issuer), {
    method: "POST",
    headers,
    body,
    ...stream,
  } as RequestInit)
}

/** A client, and for each endpoint the parameters that it takes there. */
async function begin() {
  const client = await registerClient()
  const user = await insertUser()
  const { code, codeVerifier } = await obtainCode(client, user)
  const { refresh_token, access_token } = await obtainTokens(client, user)
  const forms: Record<string, Record<string, string>> = {
    "/token": { grant_type: "authorization_code", code, code_verifier: codeVerifier },
    "/refresh": { grant_type: "refresh_token", refresh_token },
    "/introspect": { token: access_token },
    "/revoke": { token: access_token },
  }
  return { client, forms, code: { code, codeVerifier } }
}

/** After all that was refused, each endpoint takes the right form: nothing has been used up. */
async function expectUntouched({ client, forms }: Awaited<ReturnType<typeof begin>>): Promise<void> {
  for (const path of endpoints) {
    const response = await post(path, client, new URLSearchParams(forms[path]))
    expect(response.status, `${path}: ${await response.text()}`).toBe(200)
  }
}

test("anything but a form is refused, and the error explains what to send - RFC 6749 3.2", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const json = JSON.stringify(forms[path])
    const form = new URLSearchParams(forms[path]).toString()
    for (const [body, type] of [
      [json, "application/json"],
      [json, "text/plain"],
      [form, "text/plain"],
      [form, null],
      [form, "multipart/form-data; boundary=x"],
      [form, "application/x-www-form-urlencoded-2"],
      ["", "application/json"],
    ] as const) {
      // Without a type of its own fetch would name one, so these are bytes.
      const response = await post(path, client, new TextEncoder().encode(body), { type })
      expect((await response.clone().json()).error_description, `${path} ${type}`).toContain(formType)
      await expectOAuthError(response, "invalid_request")
    }
    const multipart = new FormData()
    for (const [name, value] of Object.entries(forms[path] ?? {})) multipart.set(name, value)
    await expectOAuthError(await post(path, client, multipart, { type: null }), "invalid_request")
  }
  await expectUntouched(begun)
})

test("the form's type may have a charset, in any case - RFC 9110 8.3.1", async () => {
  const { client, forms } = await begin()
  for (const type of [`${formType};charset=UTF-8`, `${formType}; charset=utf-8`, formType.toUpperCase()])
    expect((await post("/introspect", client, new URLSearchParams(forms["/introspect"]), { type })).status, type).toBe(
      200,
    )
})

test("parameters in the URL are refused, credentials or not - RFC 6749 2.3.1, 3.2", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const all = new URLSearchParams(forms[path])
    const queries = [`?${all}`, `?client_id=${client.clientId}&client_secret=${client.clientSecret}`, "?x=y", "?x"]
    for (const query of queries) {
      await expectOAuthError(await post(path, client, "", { query }), "invalid_request")
      await expectOAuthError(await post(path, client, all, { query }), "invalid_request")
    }
  }
  await expectUntouched(begun)
})

test("a form of more than 32 KiB is refused with 413, with a length or without - RFC 9110 15.5.14", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const form = new URLSearchParams(forms[path]).toString()
    const fill = (bytes: number) => `${form}&x=${"x".repeat(bytes - form.length - 3)}`
    await expectOAuthError(await post(path, client, fill(32 * 1024 + 1)), "invalid_request", 413)
    await expectOAuthError(await post(path, client, fill(5_000_000)), "invalid_request", 413)
    await expectOAuthError(await post(path, client, inPieces(fill(40_000))), "invalid_request", 413)
    expect((await post(path, client, fill(32 * 1024))).status).toBe(200)
  }
})

/** A body whose length is not known beforehand. */
function inPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + 8192))
      at += 8192
      if (at >= bytes.length) controller.close()
    },
  })
}

test("a parameter sent twice is refused, whether it is used or not - RFC 6749 3.2", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const names = [
      ...Object.keys(forms[path] ?? {}),
      "client_id",
      "redirect_uri",
      "scope",
      "token_type_hint",
      "unheard-of",
    ]
    for (const name of names) {
      for (const second of [forms[path]?.[name] ?? client.clientId, ""]) {
        const form = new URLSearchParams(forms[path])
        if (!form.has(name)) form.set(name, name === "redirect_uri" ? (client.redirectUris[0] ?? "") : client.clientId)
        form.append(name, second)
        const response = await post(path, client, form)
        expect(response.status, `${path} ${name}`).toBe(400)
        await expectOAuthError(response, "invalid_request")
      }
    }
  }
  await expectUntouched(begun)
})

test("a control character in any parameter is refused and breaks nothing - RFC 6749 appendix A", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const names = [
      ...Object.keys(forms[path] ?? {}),
      "client_id",
      "client_secret",
      "redirect_uri",
      "scope",
      ...(["/token", "/refresh"].includes(path) ? ["resource"] : []),
      "client_assertion",
      "token_type_hint",
      "unheard-of",
    ]
    for (const name of names) {
      for (const character of ["\0", "\n", "\r", "\x1b", "\x7f"]) {
        const form = new URLSearchParams({ ...forms[path], [name]: `${forms[path]?.[name] ?? "x"}${character}` })
        const response = await post(path, client, form)
        expect(response.status, `${path} ${name} ${JSON.stringify(character)}`).toBe(400)
        await expectOAuthError(response, "invalid_request")
      }
    }
  }
  await expectUntouched(begun)
})

test("invalid UTF-8 is refused in any parameter, raw or percent-encoded - RFC 6749 appendix B", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    for (const name of [...Object.keys(forms[path] ?? {}), "client_id", "scope", "token_type_hint", "unheard-of"]) {
      const form = new URLSearchParams(forms[path])
      form.delete(name)
      for (const bytes of ["%ff", "caf%E9", "%ED%A0%80", Buffer.from([0xff]), Buffer.from("caf\u00e9", "latin1")]) {
        const body = Buffer.concat([Buffer.from(`${form}&${name}=`), Buffer.from(bytes)])
        await expectOAuthError(await post(path, client, body), "invalid_request")
      }
    }
  }
  await expectUntouched(begun)
})

test("more than a hundred parameters are refused - RFC 6749 3.2", async () => {
  const begun = await begin()
  const { client, forms } = begun
  for (const path of endpoints) {
    const form = new URLSearchParams(forms[path])
    for (let i = 0; i < 101; i++) form.append(`p${i}`, "x")
    await expectOAuthError(await post(path, client, form), "invalid_request")
    await expectOAuthError(await post(path, client, "&resource=x".repeat(2_900)), "invalid_request")
  }
  await expectUntouched(begun)
})

test("odd bytes, names and encodings break nothing - RFC 6749 5.2", async () => {
  const { client, code } = await begin()
  const bodies: BodyInit[] = [
    "",
    "&&&",
    "=",
    "=&=",
    "%",
    "%zz",
    "a=%",
    "a=%E0%A4%A",
    "a[]=1&a[b]=2",
    "\0",
    "+=+",
    "grant_type",
    "é=é",
    "__proto__=1&constructor=2",
    "&".repeat(30_000),
    new Uint8Array([0xff, 0xfe, 0x00, 0x3d, 0x80]),
    "client_id=%F0%9F%98%80",
    "grant_type=%ED%A0%80",
    "token=%00",
    "code=%EF%BF%BF",
  ]
  for (const path of endpoints) {
    for (const body of bodies) {
      const response = await post(path, client, body)
      const answer = await response.text()
      expect(response.status, `${path} ${String(body).slice(0, 40)}: ${answer}`).toBeGreaterThanOrEqual(200)
      expect(response.status, `${path} ${String(body).slice(0, 40)}: ${answer}`).toBeLessThan(500)
      expect(answer).toMatch(/^[\x20-\x7e]*$/)
    }
  }
  expect((await redeem(client, code)).status).toBe(200)
})

test("a method that the endpoint does not have is refused with Allow - RFC 9110 15.5.6", async () => {
  const allowed: Record<string, string> = {
    "/token": "POST",
    "/refresh": "POST",
    "/revoke": "POST",
    "/introspect": "GET, POST",
    "/userinfo": "GET, POST",
  }
  for (const [path, allow] of Object.entries(allowed)) {
    for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) {
      if (allow.split(", ").includes(method)) continue
      const response = await fetch(new URL(path, testEnvironment().issuer), { method })
      expect(response.status, `${method} ${path}`).toBe(405)
      expect(response.headers.get("allow"), `${method} ${path}`).toBe(allow)
      expect(response.headers.get("cache-control"), `${method} ${path}`).toBe("no-store")
    }
  }
})

test("no method and no header causes a 500 - RFC 9110 15.6.1", async () => {
  const { request } = await import("node:http")
  const send = (path: string, method: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      request(testEnvironment().issuer, { path, method, headers }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0))
      })
        .on("error", reject)
        .end()
    })
  const odd: Record<string, string>[] = [
    { Cookie: `${cookieName("session")}=%00; ${cookieName("browser")}-x=;;;==%zz` },
    { Cookie: "x".repeat(8000) },
    { Origin: "http://[" },
    { Accept: "\u00ff;q=x" },
    { "Content-Type": "application/x-www-form-urlencoded; charset=\u00ff" },
    { "Next-Action": "0".repeat(42), "Content-Type": "text/plain" },
    { RSC: "1", "Next-Router-State-Tree": "garbage", "Next-Url": "%" },
    { "Next-Router-Segment-Prefetch": "/../x" },
    { "X-Forwarded-Host": "[", "X-Forwarded-Proto": "javascript", Forwarded: "host=[" },
    { "X-Middleware-Subrequest": "proxy:proxy:proxy:proxy:proxy" },
    { Host: "[" },
    { Range: "bytes=0-1", "If-None-Match": "*" },
    { "Accept-Encoding": "\u00ff, gzip;q=x" },
  ]
  const handlers = [
    ...endpoints,
    "/userinfo",
    "/authorize?client_id=%E0%A4%A",
    "/authorize?nxtPclient_id=x&_rsc=x&__nextLocale=x",
    "/callback?state=%",
    "/jwks",
    "/.well-known/openid-configuration",
    "/token?%",
    ...[
      "client-logo?client_id",
      "sign-in?state",
      "sign-up/finish?token",
      "flows/enter?ticket",
      "device?user_code",
    ].flatMap((parameter) => ["%00", "a%00b", "%ED%A0%80", "%ff"].map((value) => `/${parameter}=${value}`)),
  ]
  const pages = ["/token/%00", "/%E0%A4%A", "//", "/%"]
  const methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE", "PROPFIND", "REPORT"]
  const requests = [
    ...[...handlers, ...pages].flatMap((path) => methods.map((method) => ({ path, method, headers: {} }))),
    ...[...handlers, ...pages].flatMap((path) =>
      odd.flatMap((headers) => ["GET", "POST"].map((method) => ({ path, method, headers }))),
    ),
  ]
  for (const { path, method, headers } of requests) {
    const about = `${method} ${path} ${JSON.stringify(headers).slice(0, 100)}`
    expect(await send(path, method, headers), about).not.toBe(500)
  }
})
