import http from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, expect, test } from "vitest"
import { addProvider, findProviderById, type Provider } from "@/lib/accounts/providers"
import { computeCodeChallenge } from "@/lib/protocol/pkce"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { beginAtProvider, identifyAtProvider, type ProviderChecks } from "./provider-identity"

type Email = { email: string; primary: boolean; verified: boolean }

/**
 * The interface of GitHub Enterprise Server as GitHub documents it, on this machine: JSON only for clients that accept it,
 * errors with status 200, no ID token, no `iss`, and an API that refuses requests without a user agent.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
let codeChallenge = ""
let emails: Email[] = []
const server = http.createServer(async (request, response) => {
  const sent = new URLSearchParams(await text(request))
  const answer = (body: object) =>
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body))
  if (request.url === "/login/oauth/access_token") {
    if (!request.headers.accept?.includes("application/json")) return response.end("access_token=form")
    const isRight =
      sent.get("code") === "the code" &&
      sent.get("client_secret") === "the secret" &&
      computeCodeChallenge(sent.get("code_verifier") ?? "") === codeChallenge
    return answer(
      isRight
        ? { access_token: "gho_token", token_type: "bearer", scope: "read:user,user:email" }
        : { error: "bad_verification_code", error_description: "The code passed is incorrect or expired." },
    )
  }
  const { authorization, "user-agent": userAgent } = request.headers
  if (authorization !== "Bearer gho_token" || !userAgent) return response.writeHead(403).end()
  if (request.url === "/api/v3/user") return answer({ id: 583231, login: "octocat", name: null })
  if (request.url === "/api/v3/user/emails") return answer(emails)
  response.writeHead(404).end()
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
afterAll(() => server.close())

describeOnEachDatabase("GitHub", () => {
  let provider: Provider
  let checks: ProviderChecks

  const back = (query: string) => identifyAtProvider(provider, query, checks)
  const begin = async () => {
    const begun = await beginAtProvider(provider, true)
    checks = begun.checks
    return new URL(begun.url)
  }

  test("is added by its address, and gets the usual parameters", async () => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const facts = {
      id: "github",
      name: "GitHub",
      kind: "github",
      clientId: "the-id",
      clientSecret: "the secret",
    } as const
    expect(await addProvider({ ...facts, issuer })).toBeNull()
    provider = (await findProviderById("github")) as Provider
    const url = await begin()
    expect(url.origin + url.pathname).toBe(`${issuer}/login/oauth/authorize`)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: "the-id",
      scope: "read:user user:email",
      state: checks.state,
      code_challenge: computeCodeChallenge(checks.codeVerifier),
    })
    codeChallenge = url.searchParams.get("code_challenge") ?? ""
  })

  test("identifies the person by number, with the primary address if GitHub has verified it", async () => {
    emails = [
      { email: "old@example.com", primary: false, verified: true },
      { email: "octocat@example.com", primary: true, verified: true },
    ]
    const identity = {
      providerId: "github",
      subject: "583231",
      email: "octocat@example.com",
      name: "octocat",
      authTime: null,
    }
    const query = new URLSearchParams({ code: "the code", state: checks.state }).toString()
    expect(await back(query)).toEqual(identity)
    emails = emails.map((email) => ({ ...email, verified: false }))
    expect(await back(query)).toEqual({ ...identity, email: null })
  })

  test("is refused with a wrong state, a wrong code, or another verifier", async () => {
    await expect(back(new URLSearchParams({ code: "the code", state: "forged" }).toString())).rejects.toThrow()
    await expect(back(new URLSearchParams({ code: "another", state: checks.state }).toString())).rejects.toThrow()
    checks = { ...checks, codeVerifier: "x".repeat(43) }
    await expect(back(new URLSearchParams({ code: "the code", state: checks.state }).toString())).rejects.toThrow()
  })
})
