import { expect, test } from "vitest"
import { makeRequest, makeStep } from "@/lib/testing/flows"
import { exportFlow } from "./exports"
import type { FlowRecord } from "./recorded-flow"

const flow: FlowRecord = {
  id: "AaIIRv4AAAAAAAAAAAAAAA",
  startedAt: 1,
  lastAt: 9,
  expiresAt: 1_000,
  client: { id: "shop", name: "Shop" },
  person: "ada@example.com",
  lastStep: "authorization.verifies_code_verifier",
  outcome: "in progress",
  refused: 1,
  reason: "code_verifier_mismatch",
  recorded: [
    {
      ...makeRequest(
        4,
        "POST /token",
        [
          makeStep("authorization.provides_auth_code", 1, {
            grant_type: "authorization_code",
            code: "#abcdefgh",
            redirect_uri: { sent: "https://one.example/", stored: ["https://two.example/"] },
            resource: ["https://one.example", "https://two.example"],
          }),
          makeStep("authorization.retrieves_auth_code", 2),
          makeStep(
            "authorization.verifies_code_verifier",
            3,
            {},
            { reason: "code_verifier_mismatch", code: "invalid_grant" },
          ),
        ],
        400,
      ),
      durationMs: 8,
    },
  ],
}
const exported = (format: "mermaid" | "json" | "har") => exportFlow(flow, format, "https://login.example.com").text

test("a flow is exported as a Mermaid diagram, with its requests and the label of its failure", () => {
  expect(exported("mermaid")).toBe(`---
title: Flow AaIIRv4AAAAAAAAAAAAAAA
---
sequenceDiagram
autonumber

actor Client
participant Data Layer
participant Token Issue Service

Note over Token Issue Service: POST /token 400
Client-->>Token Issue Service: Provides auth code and code verifier
Token Issue Service-->>Data Layer: Retrieves auth code and code challenge
Token Issue Service-xToken Issue Service: Verifies code verifier with code challenge
Note over Token Issue Service: Failed: Code verifier does not match
`)
})

test("a flow is exported as JSON as it was recorded", () => {
  expect(JSON.parse(exported("json"))).toEqual(flow)
})

test("a token that a client sends in a header is in the header of the HTTP archive, not in the URL", () => {
  const facts = { client_id: "shop", authorization_scheme: "Bearer", registration_access_token: "#abcdefgh" }
  const steps = [makeStep("clientConfiguration.provides_token", 1, facts)]
  const recorded = ["GET /register", "PUT /register", "DELETE /register"].map((line, i) => makeRequest(i, line, steps))
  const { log } = JSON.parse(exportFlow({ ...flow, recorded }, "har", "https://login.example.com").text)
  for (const { request } of log.entries) {
    expect(request.headers).toEqual([{ name: "Authorization", value: "Bearer #abcdefgh" }])
    expect(request.queryString).toEqual([{ name: "client_id", value: "shop" }])
    expect(request).not.toHaveProperty("postData")
  }
  expect(log.entries).toHaveLength(3)
})

test.each([
  ["in a header, as Bearer", { authorization_scheme: "Bearer" }, "Bearer #abcdefgh"],
  ["in a header, as DPoP", { authorization_scheme: "DPoP" }, "DPoP #abcdefgh"],
  ["in a form", {}, null],
  ["in a form, beside an unknown parameter", { authorization_scheme: "#ijklmnop" }, null],
])(
  "a token that POST /userinfo has %s is there in the HTTP archive - RFC 6750 2, RFC 9449 7.1",
  (_, scheme, header) => {
    const step = makeStep("userInfo.provides_token", 1, { ...scheme, access_token: "#abcdefgh" })
    const recorded = [makeRequest(1, "POST /userinfo", [step])]
    const { log } = JSON.parse(exportFlow({ ...flow, recorded }, "har", "https://login.example.com").text)
    const [{ request }] = log.entries
    expect(request.headers).toEqual(header === null ? [] : [{ name: "Authorization", value: header }])
    expect(request.postData?.params).toEqual(
      header === null ? [{ name: "access_token", value: "#abcdefgh" }] : undefined,
    )
  },
)

test("a flow is exported as an HTTP archive, with the parameters as the page shows them", () => {
  const { log } = JSON.parse(exported("har"))
  expect(log.version).toBe("1.2")
  expect(log.entries).toHaveLength(1)
  expect(log.entries[0]).toMatchObject({
    startedDateTime: "1970-01-01T00:00:00.001Z",
    time: 8,
    request: {
      method: "POST",
      url: "https://login.example.com/token",
      postData: {
        params: [
          { name: "grant_type", value: "authorization_code" },
          { name: "code", value: "#abcdefgh" },
          { name: "redirect_uri", value: "https://one.example/" },
          { name: "resource", value: "https://one.example" },
          { name: "resource", value: "https://two.example" },
        ],
      },
    },
    response: { status: 400 },
    comment: "invalid_grant: code_verifier_mismatch",
  })
})
