import { expect, test } from "vitest"
import { type Diagram, diagrams } from "./diagrams"
import { claimMeanings, findClaimMeaning, findMeaning, meanings } from "./meanings"
import { mends } from "./mends"
import { formatAgo, formatDuration, formatMoment } from "./moments"
import { findOutcome, findProgress, updateSummary } from "./progress"
import { findMend } from "./reasons"
import { sentences } from "./sentences"

const lines = [
  ...Object.values(mends).flatMap(({ why, mend }) => [why, mend]),
  ...Object.values({ ...meanings, ...claimMeanings }).map(({ text }) => text),
  ...Object.values(sentences),
]

test.each(lines)("is a sentence: %s", (line) => {
  expect(line).toMatch(/^[A-Z][^\n]{8,}[.]$/)
})

test("every step has its sentence", () => {
  const names = Object.entries<Diagram>(diagrams).flatMap(([name, { steps }]) =>
    steps.map((step) => `${name}.${step.name}`),
  )
  expect(Object.keys(sentences).sort()).toEqual(names.sort())
})

test.each(["client_id", "redirect_uri", "scope", "state", "code", "code_verifier", "code_challenge", "grant_type"])(
  "%s has a meaning with its source",
  (name) => {
    expect(findMeaning(name)?.source).toMatch(/RFC \d+ §/)
  },
)

test("a name of the code has the meaning of the name on the wire, and a strange one has none", () => {
  expect(findMeaning("codeChallenge")).toBe(meanings.code_challenge)
  expect(findMeaning("constructor")).toBeNull()
  expect(findMeaning("BASE64URL(SHA-256(code_verifier))")).not.toBeNull()
  for (const claim of ["iss", "sub", "aud", "client_id", "scope", "sid", "auth_time", "jti", "iat", "exp", "at_hash"]) {
    expect(findClaimMeaning(claim), claim).not.toBeNull()
  }
})

test("a reason of another version of the server is said as it is", () => {
  expect(findMend("moon_full").why).toBe("The step failed: moon full.")
  expect(findMend("toString").why).toBe("The step failed: toString.")
  expect(findMend("code_expired")).toBe(mends.code_expired)
})

test("durations and moments are short", () => {
  expect([0.42, 12.4, 3210, 125_000, 12_000_000, 200_000_000].map(formatDuration)).toEqual([
    "0.4 ms",
    "12 ms",
    "3.2 s",
    "2 min 5 s",
    "3 h 20 min",
    "2 d 8 h",
  ])
  expect([0, 12, 300, 7200, 400_000].map((seconds) => formatAgo(0, seconds * 1000))).toEqual([
    "now",
    "12 s ago",
    "5 min ago",
    "2 h ago",
    "4 d ago",
  ])
  expect(formatMoment(1_795_455_365_000)).toBe("2026-11-23 17:36:05 UTC")
})

test("a flow is done when the last step of a diagram was taken, and no request failed", () => {
  expect(findProgress("authorization.verifies_credentials")).toMatchObject({ number: 5, of: 16, complete: false })
  expect(findProgress("authorization.asks_for_consent")).toMatchObject({ number: 7, complete: false })
  expect(findOutcome({ failure: null, lastStep: "authorization.asks_for_consent" })).toBe("under way")
  expect(findOutcome({ failure: null, lastStep: "refresh.returns_tokens" })).toBe("ok")
  expect(findOutcome({ failure: "session_ended", lastStep: "refresh.returns_tokens" })).toBe("failed")
})

test("a summary follows what is recorded: a right password mends a wrong one", () => {
  const summary = { id: "f", beganAt: 0, lastAt: 0, client: null, person: null, failure: null } as const
  const step = {
    kind: "step",
    flowId: "f",
    durationMs: 4,
    facts: {},
    name: "authorization.verifies_credentials",
  } as const
  const wrong = { ...step, seq: 1, requestId: "a", at: 10, failure: { reason: "credentials_wrong" } }
  const right = { ...step, seq: 2, requestId: "b", at: 20, failure: null }
  const first = updateSummary({ ...summary, lastStep: "authorization.redirects_to_sign_in" }, [wrong])
  expect(first).toMatchObject({ failure: "credentials_wrong", lastAt: 14, lastStep: step.name })
  expect(updateSummary(first, [wrong, right])).toMatchObject({ failure: null, lastAt: 24 })
})
