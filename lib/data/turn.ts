import { setImmediate } from "node:timers"
import { perProcess } from "@/lib/per-process"

type Turn = { startedAt: number; reads: Map<string, Promise<unknown>>; atEnd: (() => void) | null }

/** While it is set, the reads of this turn of the event loop share what they read (docs/decisions/043). */
const turn = perProcess<Turn>("turn")

/**
 * How much older than a request a shared read can be, in milliseconds. Usually it is newer, but a turn can last for seconds:
 * with a thousand busy connections, the event loop accepts requests again and again before it ends the turn.
 */
const maxSharingMs = 1

/** Lets reads share what they read. Call it when a request arrives. */
export function startTurn(): void {
  const now = performance.now()
  if (turn.value && now - turn.value.startedAt < maxSharingMs) return
  endTurn()
  turn.value = { startedAt: now, reads: new Map(), atEnd: null }
  setImmediate(endTurn)
}

/** Ends the sharing. Call it after each write, so that a read after it sees it, and before a write on the shared connection. */
export function endTurn(): void {
  const ended = turn.value
  turn.value = undefined
  ended?.atEnd?.()
}

/** @param end called once when the sharing ends, in place of an earlier one. @returns false without sharing: then it is not called */
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
