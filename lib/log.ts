import pino, { type Logger } from "pino"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

const logger = perProcess<Logger>("log")

/**
 * The log: JSON lines on standard output. What goes in is written out field by field where it is logged: never a
 * request, a header, a parameter or a query, since each may hold a secret.
 */
export function log(): Logger {
  logger.value ??= pino({ level: config().LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  return logger.value
}
