import { expect, test } from "vitest"
import { makeRequest } from "@/lib/testing/flows"
import type { Group } from "../_components/flow/sequence"
import { assignGroups } from "./assign-groups"

const group = (seq: number, line: string): Group => ({
  ...makeRequest(seq, line, []),
  offsetMs: 0,
  failed: false,
  rows: [],
})

test("each request belongs to the scene that sent it, and the browser's own to the authorization", () => {
  const scenes = [
    { id: 1, isAuthorization: false, paths: [] },
    { id: 2, isAuthorization: true, paths: [] },
    { id: 3, isAuthorization: false, paths: ["/token"] },
    { id: 4, isAuthorization: false, paths: ["/token"] },
    { id: 5, isAuthorization: false, paths: ["/refresh", "/refresh"] },
  ]
  const lines = [
    "GET /authorize",
    "POST /sign-in",
    "GET /callback",
    "POST /token",
    "POST /token",
    "POST /refresh",
    "POST /refresh",
  ]
  const assigned = assignGroups(
    scenes,
    lines.map((line, i) => group(i, line)),
  )
  const ids = [...assigned].map(([id, groups]) => [id, groups.map(({ seq }) => seq).join("")])
  expect(ids).toEqual([
    [1, ""],
    [2, "012"],
    [3, "3"],
    [4, "4"],
    [5, "56"],
  ])
})

test("a request that no scene sent belongs to the authorization", () => {
  const scenes = [{ id: 1, isAuthorization: true, paths: [] }]
  expect(assignGroups(scenes, [group(1, "POST /introspect")]).get(1)).toHaveLength(1)
})
