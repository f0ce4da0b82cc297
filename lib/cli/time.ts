import { currentTime } from "@/lib/clock"
import { UsageError } from "./action"

/** Parses the time of an option. @throws UsageError */
export function parseTime(option: string, text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new UsageError(`${option} must be a time such as 2026-11-01T08:00:00Z.`)
  return time
}

/**
 * Parses the options `--all` and `--before` of a command that ends everything before a time.
 * @throws UsageError when one of them is missing, or the time is not over
 */
export function parseAllBefore({ all, before }: { all?: boolean; before?: string }): Date {
  if (!all || before === undefined) throw new UsageError("Give --all and --before together.")
  const time = parseTime("--before", before)
  if (time.getTime() > currentTime().getTime()) throw new UsageError("--before must not be in the future.")
  return time
}
