import { expect, test } from "vitest"
import { formatAgo, formatDuration, formatTimestamp } from "./format-time"

test("durations and times are short", () => {
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
  expect(formatTimestamp(1_795_455_365_000)).toBe("2026-11-23 17:36:05 UTC")
})
