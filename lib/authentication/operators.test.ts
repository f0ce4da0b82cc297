import { expect, test, vi } from "vitest"
import { generateToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { applySettings } from "@/lib/testing/settings"
import { closeInspector, createOperatorLink, enterAsOperator, maySeeFlows } from "./operators"

const ticketOf = ({ url }: { url: string }) => new URL(url).searchParams.get("ticket") ?? ""

describeOnEachDatabase(
  "the flow inspector",
  () => {
    test("opens only to browsers that entered with a link", async () => {
      const ticket = ticketOf(await createOperatorLink())
      expect(await maySeeFlows(null)).toBe(false)
      expect(await maySeeFlows(generateToken())).toBe(false)
      expect(await maySeeFlows(ticket)).toBe(false)
      const session = await enterAsOperator(ticket, {})
      expect(await maySeeFlows(session?.token ?? null)).toBe(true)
      expect(await maySeeFlows(ticket)).toBe(false)
      // A cookie is not a link: a stolen one works only for its eight hours.
      expect(await enterAsOperator(session?.token ?? "", {})).toBeNull()
      expect(await maySeeFlows(session?.token ?? null)).toBe(true)
    })

    test("ends for everyone, including links that have not been used", async () => {
      const [entered, waiting] = [ticketOf(await createOperatorLink()), ticketOf(await createOperatorLink())]
      const session = await enterAsOperator(entered, {})
      expect(await closeInspector()).toBeGreaterThanOrEqual(2)
      expect(await maySeeFlows(session?.token ?? null)).toBe(false)
      expect(await enterAsOperator(waiting, {})).toBeNull()
    })

    test("a link works once, even for twenty parallel requests", async () => {
      const ticket = ticketOf(await createOperatorLink())
      const entered = await Promise.all(Array.from({ length: 20 }, () => enterAsOperator(ticket, {})))
      expect(entered.filter(Boolean)).toHaveLength(1)
      expect(await enterAsOperator(ticket, {})).toBeNull()
      expect(await enterAsOperator(generateToken(), {})).toBeNull()
    })

    test("a link waits for ten minutes, and what it opens stays open for eight hours", async () => {
      const minutes = (n: number) => n * 60_000
      try {
        vi.useFakeTimers({ toFake: ["Date"] })
        const [late, early] = [ticketOf(await createOperatorLink()), ticketOf(await createOperatorLink())]
        vi.advanceTimersByTime(minutes(9))
        const session = await enterAsOperator(early, {})
        vi.advanceTimersByTime(minutes(1) + 1)
        expect(await enterAsOperator(late, {})).toBeNull()
        vi.advanceTimersByTime(minutes(8 * 60 - 2))
        expect(await maySeeFlows(session?.token ?? null)).toBe(true)
        vi.advanceTimersByTime(minutes(2))
        expect(await maySeeFlows(session?.token ?? null)).toBe(false)
      } finally {
        vi.useRealTimers()
      }
    })
  },
  { FLOW_INSPECTOR: "on" },
)

test("is open to everyone in the demo, and to no one when it is off", async () => {
  applySettings({ DEMO: "on" })
  expect(await maySeeFlows(null)).toBe(true)
  applySettings({ FLOW_INSPECTOR: "off" })
  expect(await maySeeFlows(null)).toBe(false)
})
