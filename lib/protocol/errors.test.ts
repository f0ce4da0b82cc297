import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { descriptionCharacters } from "@/lib/testing/errors"
import { OAuthError, type OAuthErrorCode } from "./errors"

describe("the status of an error", () => {
  const statuses: Record<OAuthErrorCode, number> = {
    invalid_request: 400,
    invalid_client: 401,
    invalid_grant: 400,
    unauthorized_client: 400,
    unsupported_grant_type: 400,
    unsupported_response_type: 400,
    invalid_scope: 400,
    access_denied: 400,
    server_error: 500,
    temporarily_unavailable: 503,
    invalid_token: 401,
    insufficient_scope: 403,
    unmet_authentication_requirements: 400,
    login_required: 400,
    consent_required: 400,
    request_not_supported: 400,
    request_uri_not_supported: 400,
    invalid_request_uri: 400,
    invalid_request_object: 400,
    invalid_authorization_details: 400,
    authorization_pending: 400,
    slow_down: 400,
    expired_token: 400,
    invalid_dpop_proof: 400,
    use_dpop_nonce: 400,
    registration_not_supported: 400,
    invalid_target: 400,
    invalid_client_metadata: 400,
    invalid_redirect_uri: 400,
  }

  test.each(Object.entries(statuses))("%s is %i", (code, status) => {
    expect(new OAuthError(code as OAuthErrorCode, "Fix it.", "unexpected").status).toBe(status)
  })

  test("is another one where the endpoint sets it", () => {
    expect(new OAuthError("invalid_request", "Too long.", "form_too_large", { status: 413 }).status).toBe(413)
  })
})

describe("the answer of an error", () => {
  test("has the code and the description, and nothing of the private reason or cause", () => {
    const error = new OAuthError("invalid_grant", "The code is not valid.", "code_replayed", {
      cause: new Error("private"),
    })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      error: "invalid_grant",
      error_description: "The code is not valid.",
    })
  })

  test("names the scheme that would do, for a client that is not authenticated (RFC 6749 section 5.2)", () => {
    const error = OAuthError.invalidClient("The client is unknown.", "client_unknown")
    expect(error).toMatchObject({ code: "invalid_client", status: 401 })
    expect(error.headers["WWW-Authenticate"]).toMatch(/^Basic realm="[^"]+"/)
  })

  test("for a request without a token contains only the scheme (RFC 6750 section 3.1)", () => {
    const error = OAuthError.missingToken()
    expect(error).toMatchObject({ status: 401, reason: "access_token_missing" })
    expect(error.headers["WWW-Authenticate"]).toMatch(/^Bearer realm="[^"]+"$/)
  })

  test("repeats code and description in the Bearer challenge (RFC 6750 section 3)", () => {
    const error = OAuthError.bearer("insufficient_scope", "It needs openid.", "scope_not_granted")
    expect(error.status).toBe(403)
    expect(error.headers["WWW-Authenticate"]).toMatch(
      /^Bearer realm="[^"]+", error="insufficient_scope", error_description="It needs openid\."$/,
    )
  })
})

test("every description that is written in the source fits error_description: ASCII, no quotation mark, no backslash", () => {
  const lib = path.resolve(import.meta.dirname, "..")
  const files = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.ts$/.test(file) && !/\.test\.ts$|generated/.test(file),
  )
  const calls =
    /(?:new OAuthError\(\s*[\w"]+,|OAuthError\.(?:invalid\w+|bearer)\((?:\s*"\w+",)?|redirectableError\(\s*state,\s*"\w+",)\s*["`]([^\n]*?)["`],?\n?/g
  const descriptions = files.flatMap((file) =>
    [...readFileSync(path.join(lib, file), "utf8").replaceAll("\\`", "'").matchAll(calls)].map(
      (match) => match[1] ?? "",
    ),
  )
  expect(descriptions.length).toBeGreaterThan(50)
  // What is put into a description is tested where it is put in.
  for (const description of descriptions) expect(description.replace(/\$\{.*?\}/g, "x")).toMatch(descriptionCharacters)
})
