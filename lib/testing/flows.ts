import type { StepName } from "@/lib/flows/diagrams"
import type { Failure, RequestEvent } from "@/lib/flows/events"
import type { Facts } from "@/lib/flows/facts"
import { addFlowListener, type Listener } from "@/lib/flows/flow"
import type { Recorded, RecordedStep } from "@/lib/flows/recorded-flow"
import { perProcess } from "@/lib/per-process"

/** Makes this listener the only one. Without an argument there is none. */
export function listenAlone(listener?: Listener): void {
  perProcess("flow-listeners").value = undefined
  if (listener) addFlowListener(listener)
}

/** A listener that stores the events it receives. */
export function collectEvents(): Listener & { events: RequestEvent[] } {
  const events: RequestEvent[] = []
  return { events, wants: () => true, take: (event) => void events.push(event) }
}

/** A recorded step with its own ID. */
export function makeStep(name: StepName, at: number, facts: Facts = {}, failure: Failure | null = null): RecordedStep {
  return { id: `${name}-${at}`, name, at, durationMs: 1, facts, failure }
}

/** A recorded request that started with its first step. @param line such as `POST /token` */
export function makeRequest(seq: number, line: string, steps: RecordedStep[], status = 200): Recorded {
  const [method = "", path = ""] = line.split(" ")
  return { seq, method, path, status, at: steps[0]?.at ?? 0, durationMs: 5, steps }
}
