import { perProcess } from "@/lib/per-process"

/** What this process counts. The number of labels of each is small and known. */
export type CountName =
  | "codes_issued"
  | "tokens_issued"
  | "replays"
  | "sign_ins"
  | "failed_sign_ins"
  | "outbox_messages"
  | "swept_rows"

const counts = perProcess<Map<string, number>>("counts")
const lastSweep = perProcess<Date>("last sweep")

const keyOf = (name: CountName, labels: string[]) => [name, ...labels].join(" ")

/** Counts something that happened. It costs an addition, whether or not someone reads the metrics. */
export function count(name: CountName, labels: string[] = [], amount = 1): void {
  counts.value ??= new Map()
  const key = keyOf(name, labels)
  counts.value.set(key, (counts.value.get(key) ?? 0) + amount)
}

/** The counts of a name, with their labels. */
export function readCounts(name: CountName): { labels: string[]; value: number }[] {
  return [...(counts.value ?? [])]
    .filter(([key]) => key === name || key.startsWith(`${name} `))
    .map(([key, value]) => ({ labels: key.split(" ").slice(1), value }))
}

/** Records that a sweep has ended. */
export function recordSweep(now: Date): void {
  lastSweep.value = now
}

export const readLastSweep = (): Date | undefined => lastSweep.value
