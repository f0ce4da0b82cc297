import { expect, test } from "vitest"
import type { Reason } from "@/lib/protocol/errors"
import type { StepName } from "./diagrams"
import type { RequestEvent } from "./events"
import { outcomeOfRequest } from "./request-outcome"

/** A request with this last step, which failed with this reason. */
function request(path: string, name: StepName, reason: Reason | null = null, more: Partial<RequestEvent> = {}) {
  const failure = reason && { reason }
  const base = { flowId: "f", joined: true, clientId: null, userId: null, method: "POST", at: 0, durationMs: 1 }
  const steps = [{ name, at: 0, durationMs: 1, facts: {}, failure }]
  return { ...base, path, status: reason ? 400 : 200, steps, ...more }
}

test.each([
  ["in progress", "/authorize", "authorization.redirects_to_sign_in"],
  ["in progress", "/sign-in/submit", "authorization.verifies_credentials"],
  ["in progress", "/callback", "authorization.returns_auth_code"],
  ["succeeded", "/token", "authorization.returns_tokens"],
  ["succeeded", "/introspect", "introspection.returns_user"],
  ["succeeded", "/userinfo", "userInfo.returns_user"],
  // As the previous version recorded it.
  ["succeeded", "/userinfo", "introspection.validates_token"],
  ["succeeded", "/register", "clientConfiguration.returns_result"],
  ["succeeded", "/refresh", "refresh.returns_tokens"],
  ["revoked", "/revoke", "revocation.returns_success"],
] as const)("%s: %s succeeded, and its last step was %s", (outcome, path, step) => {
  expect(outcomeOfRequest(request(path, step))).toEqual({ outcome, refused: false, reason: null })
})

test.each([
  ["denied", "/callback", "authorization.decodes_state_token", "user_denied"],
  ["failed", "/authorize", "authorization.calls_authorize", "redirect_uri_unregistered"],
  ["failed", "/authorize", "authorization.calls_authorize", "sign_in_missing"],
  ["failed", "/callback", "authorization.decodes_state_token", "client_unknown"],
  ["failed", "/token", "authorization.retrieves_auth_code", "code_expired"],
] as const)("%s: %s ends the authorization at %s with %s", (outcome, path, step, reason) => {
  expect(outcomeOfRequest(request(path, step, reason))).toEqual({ outcome, refused: false, reason })
})

test.each([
  ["in progress", "/sign-in/submit", "authorization.verifies_credentials", "credentials_wrong"],
  ["in progress", "/callback", "authorization.stores_auth_code", "state_token_used"],
  ["in progress", "/token", "authorization.verifies_code_verifier", "code_verifier_mismatch"],
  ["in progress", "/token", "authorization.stores_tokens", "session_ended"],
  ["in progress", "/introspect", "introspection.validates_token", "access_token_revoked"],
  ["in progress", "/userinfo", "userInfo.validates_token", "access_token_revoked"],
  ["in progress", "/refresh", "refresh.validates_token", "session_ended"],
  ["revoked", "/token", "authorization.stores_tokens", "code_replayed"],
  ["revoked", "/refresh", "refresh.validates_token", "refresh_token_replayed"],
] as const)("%s, with a refused request: %s is refused at %s with %s", (outcome, path, step, reason) => {
  expect(outcomeOfRequest(request(path, step, reason))).toEqual({ outcome, refused: true, reason })
})

test("a server error ends no authorization: the same request can be sent again", () => {
  const event = request("/callback", "authorization.stores_auth_code", "database_unavailable", { status: 503 })
  expect(outcomeOfRequest(event)).toMatchObject({ outcome: "in progress", refused: true })
})

test("a refused request that belongs to no authorization is a failed flow of its own", () => {
  const event = request("/token", "authorization.retrieves_auth_code", "code_unknown", { joined: false })
  expect(outcomeOfRequest(event)).toEqual({ outcome: "failed", refused: false, reason: "code_unknown" })
})

test("a failed step decides the outcome even when more steps follow", () => {
  const event = request("/introspect", "introspection.validates_token", "token_inactive")
  const returned = request("/introspect", "introspection.returns_user").steps
  const answered = { ...event, status: 200, steps: [...event.steps, ...returned] }
  expect(outcomeOfRequest(answered)).toEqual({ outcome: "in progress", refused: true, reason: "token_inactive" })
})
