import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseParameters } from "@/lib/protocol/parameters"
import { hashToken } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { storeClient } from "@/lib/testing/rows"
import { authenticateClient } from "./authentication"

const secret = "the-secret-of-the-client"
/** Characters that RFC 6749 section 2.3.1 has encoded in Basic. */
const oddId = "client+id with:colon%20"
const oddSecret = "secret+with:colon & 100% \u00e9"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
  const clientSecretHash = hashToken(secret)
  await storeClient({ clientId: "basic", tokenEndpointAuthMethod: "client_secret_basic", clientSecretHash })
  await storeClient({ clientId: "post", tokenEndpointAuthMethod: "client_secret_post", clientSecretHash })
  await storeClient({ clientId: "either", tokenEndpointAuthMethod: "client_secret", clientSecretHash })
  await storeClient({ clientId: "public", tokenEndpointAuthMethod: "none" })
  await storeClient({
    clientId: "replacement",
    tokenEndpointAuthMethod: "client_secret_basic",
    clientSecretHash: hashToken("\ufffd"),
  })
  await storeClient({
    clientId: oddId,
    tokenEndpointAuthMethod: "client_secret_basic",
    clientSecretHash: hashToken(oddSecret),
  })
})
afterAll(() => opened.drop())

const base64 = (text: string) => Buffer.from(text).toString("base64")
const basic = (id: string, password: string) => `Basic ${base64(`${id}:${password}`)}`
const authenticate = (authorization: string | null, form = "") =>
  authenticateClient(authorization, parseParameters(form), () => "192.0.2.1")
const failed = oauthError("invalid_client", "client_authentication_failed")

describe("a client is authenticated", () => {
  test("by its id and secret in Basic", async () => {
    expect((await authenticate(basic("basic", secret))).clientId).toBe("basic")
  })

  test("by Basic in any spelling of the scheme, with its id in the form too", async () => {
    expect((await authenticate(basic("basic", secret).replace("Basic", "bAsIc"))).clientId).toBe("basic")
    expect((await authenticate(basic("basic", secret), "client_id=basic")).clientId).toBe("basic")
  })

  test.each([
    ["+ for a space", new URLSearchParams({ [oddId]: oddSecret }).toString().replace("=", ":")],
    ["%20 for a space", `${encodeURIComponent(oddId)}:${encodeURIComponent(oddSecret)}`],
  ])("by form-encoded parts of Basic, with %s", async (_, pair) => {
    expect((await authenticate(`Basic ${base64(pair)}`)).clientId).toBe(oddId)
  })

  test("by its id and secret in the form", async () => {
    expect((await authenticate(null, `client_id=post&client_secret=${secret}`)).clientId).toBe("post")
  })

  test("by its id alone when it is public, also in Basic without a secret", async () => {
    expect((await authenticate(null, "client_id=public")).clientId).toBe("public")
    expect((await authenticate(basic("public", ""))).clientId).toBe("public")
  })

  test("by either method with a secret when it named none", async () => {
    expect((await authenticate(basic("either", secret))).clientId).toBe("either")
    expect((await authenticate(null, `client_id=either&client_secret=${secret}`)).clientId).toBe("either")
    for (const form of ["client_id=either", "client_id=either&client_secret=wrong"]) {
      await expect(authenticate(null, form)).rejects.toThrow(failed)
    }
    await expect(authenticate(basic("either", ""))).rejects.toThrow(failed)
  })
})

describe("a client is refused as invalid_client when", () => {
  test("it does not identify itself", async () => {
    for (const form of ["", `client_secret=${secret}`, "client_id="]) {
      await expect(authenticate(null, form)).rejects.toThrow(
        oauthError("invalid_client", "client_authentication_missing"),
      )
    }
  })

  test("it is unknown, with the same error as for a wrong secret", async () => {
    const unknown = authenticate(basic("unknown", secret))
    await expect(unknown).rejects.toThrow(oauthError("invalid_client", "client_unknown"))
    const wrong = authenticate(basic("basic", "wrong"))
    await expect(wrong).rejects.toThrow(failed)
    const [one, other] = await Promise.allSettled([unknown, wrong])
    expect((one as PromiseRejectedResult).reason.toJSON()).toEqual((other as PromiseRejectedResult).reason.toJSON())
  })

  test("its Basic credentials are not UTF-8, as bytes or once the form-encoding is decoded", async () => {
    const id = Buffer.from("basic:")
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], ...["%ff", "%C3"].map((text) => [...Buffer.from(text)])]) {
      const pair = Buffer.concat([id, Buffer.from(bytes)])
      await expect(authenticate(`Basic ${pair.toString("base64")}`)).rejects.toThrow(failed)
    }
    // The secret of this client has U+FFFD in it, which a lenient decoder puts in the place of other bytes.
    expect((await authenticate(basic("replacement", "\ufffd"))).clientId).toBe("replacement")
    const lenient = Buffer.concat([Buffer.from("replacement:"), Buffer.from([0xff])])
    await expect(authenticate(`Basic ${lenient.toString("base64")}`)).rejects.toThrow(failed)
  })

  test("its secret is wrong, empty, or the hash that is stored", async () => {
    for (const other of ["", "wrong", `${secret} `, secret.slice(1), secret.toUpperCase(), hashToken(secret)]) {
      await expect(authenticate(basic("basic", other)), other).rejects.toThrow(failed)
      await expect(
        authenticate(null, new URLSearchParams({ client_id: "post", client_secret: other }).toString()),
      ).rejects.toThrow(failed)
    }
  })

  test("it uses another method than the one it is registered with, and the error describes the fix", async () => {
    for (const [registered, header, form, fix] of [
      [
        "post",
        basic("post", secret),
        "",
        "registered with client_secret_post. Use that, or allow both with `client update",
      ],
      ["basic", null, `client_id=basic&client_secret=${secret}`, "registered with client_secret_basic. Use that"],
      ["basic", null, "client_id=basic", "sent no client_secret"],
      ["public", null, "client_id=public&client_secret=x", "Leave client_secret out"],
    ] as const) {
      const refused = expect.objectContaining({ description: expect.stringContaining(fix) })
      await expect(authenticate(header, form), registered).rejects.toThrow(refused)
    }
    await expect(authenticate(basic("post", secret))).rejects.toThrow(failed)
    await expect(authenticate(null, `client_id=basic&client_secret=${secret}`)).rejects.toThrow(failed)
    await expect(authenticate(null, "client_id=basic")).rejects.toThrow(failed)
    await expect(authenticate(null, "client_id=post&client_secret=")).rejects.toThrow(failed)
    await expect(authenticate(null, "client_id=public&client_secret=x")).rejects.toThrow(failed)
    await expect(authenticate(basic("public", "x"))).rejects.toThrow(failed)
  })

  test.each([
    "",
    "Basic",
    "Basic ",
    `Basic ${base64("basic")}`,
    `Basic ${base64(`:${secret}`)}`,
    `Basic ${base64(`basic%:${secret}`)}`,
    `Basic ${base64("basic:%zz")}`,
    `Basic ${base64("basic%00:x")}`,
    `Basic ${base64("b\u00e9:x")}`,
    `Basic ${base64(`basic:${secret}`)} x`,
    "Basic ***",
    `Bearer ${base64(`basic:${secret}`)}`,
    `Digest username="basic"`,
  ])("its Authorization header is %j", async (authorization) => {
    await expect(authenticate(authorization)).rejects.toThrow(failed)
  })

  test("it sends something that is no client assertion", async () => {
    await expect(authenticate(null, "client_id=basic&client_assertion=x")).rejects.toThrow(failed)
    await expect(authenticate(null, "client_id=basic&client_assertion_type=x")).rejects.toThrow(failed)
  })

  test("and the answer is 401 and names Basic", async () => {
    await expect(authenticate(basic("basic", "wrong"))).rejects.toThrow(
      expect.objectContaining({
        status: 401,
        headers: { "WWW-Authenticate": expect.stringMatching(/^Basic realm=/) },
      }),
    )
  })
})

describe("a request is refused as invalid_request when", () => {
  test("it uses two methods, even if both are correct", async () => {
    await expect(authenticate(basic("basic", secret), `client_id=basic&client_secret=${secret}`)).rejects.toThrow(
      oauthError("invalid_request", "parameter_invalid"),
    )
  })

  test("its form names another client than its header", async () => {
    await expect(authenticate(basic("basic", secret), "client_id=public")).rejects.toThrow(
      oauthError("invalid_request", "parameter_invalid"),
    )
  })

  test("its client_id is repeated or holds a control character", async () => {
    await expect(authenticate(null, "client_id=public&client_id=public")).rejects.toThrow(
      oauthError("invalid_request", "parameter_repeated"),
    )
    await expect(authenticate(null, "client_id=public%00")).rejects.toThrow(
      oauthError("invalid_request", "parameter_invalid"),
    )
  })
})
