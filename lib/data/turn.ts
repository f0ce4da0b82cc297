import { setImmediate } from "node:timers"
import { perProcess } from "@/lib/per-process"

type Turn = { reads: Map<string, Promise<unknown>>; atEnd: (() => void) | null }

/** While it is set, the reads of this turn of the event loop share what they read (docs/decisions/043). */
const turn = perProcess<Turn>("turn")

/**
 * Lets reads share until the end of this turn. Call it when a request arrives: every other request of which the loop handles
 * something before the end of the turn has arrived too, so what is read from here on is new enough for all of them.
 */
export function startTurn(): void {
  if (turn.value) return
  turn.value = { reads: new Map(), atEnd: null }
  setImmediate(endTurn)
}

/** Ends the sharing. Call it before each write that this process commits: a read after it must see it. */
export function endTurn(): void {
  const ended = turn.value
  turn.value = undefined
  ended?.atEnd?.()
}

/** @param end called once when the sharing ends. @returns false when it has not started: then `end` is not called */
export function callAtEndOfTurn(end: () => void): boolean {
  if (!turn.value) return false
  turn.value.atEnd = end
  return true
}

/**
 * Reads something at most once in a turn.
 * @param key unique in the project
 * @returns the same promise to several callers, so none may change what it resolves to
 */
export function readOncePerTurn<Found>(key: string, read: () => Promise<Found>): Promise<Found> {
  const known = turn.value?.reads.get(key) as Promise<Found> | undefined
  if (known) return known
  const found = read()
  turn.value?.reads.set(key, found)
  return found
}
