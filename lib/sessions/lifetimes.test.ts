import { beforeEach, expect, test } from "vitest"
import type { Session } from "@/lib/data/sessions"
import { applySettings } from "@/lib/testing/settings"
import { isAlive, newSessionEnds } from "./lifetimes"

beforeEach(() => {
  applySettings({ SESSION_IDLE_SECONDS: "60", SESSION_SECONDS: "90" })
})

const now = new Date("2026-01-02T03:04:05.678Z")
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)

test("a Session is alive from its start until it is revoked or reaches its idle or absolute end", () => {
  const session = { startedAt: now, revokedAt: null, idleExpiresAt: after(60), expiresAt: after(90) } as Session
  expect(isAlive(session, now)).toBe(true)
  expect(isAlive({ ...session, startedAt: null }, now)).toBe(false)
  expect(isAlive({ ...session, revokedAt: now }, now)).toBe(false)
  expect(isAlive(session, after(59.999))).toBe(true)
  expect(isAlive(session, after(60))).toBe(false)
  expect(isAlive({ ...session, idleExpiresAt: after(120) }, after(90))).toBe(false)
})

test("the idle end of a new Session is never after its absolute end", () => {
  expect(newSessionEnds(now)).toEqual({ idleExpiresAt: after(60), expiresAt: after(90) })
  applySettings({ SESSION_IDLE_SECONDS: "60", SESSION_SECONDS: "30" })
  expect(newSessionEnds(now)).toEqual({ idleExpiresAt: after(30), expiresAt: after(30) })
})
