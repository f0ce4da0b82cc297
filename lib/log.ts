import pino, { type Logger } from "pino"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

const logger = perProcess<Logger>("log")

/**
 * The log: JSON lines on standard output. Callers name each field that they log. Never log a whole request, header,
 * parameter or query: each may contain a secret.
 */
export function log(): Logger {
  logger.value ??= pino({ level: config().LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  return logger.value
}
