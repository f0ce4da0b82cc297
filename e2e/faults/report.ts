import { appendFileSync } from "node:fs"
import { test } from "../fixtures/world"

/** The file with the counts of `npm run test:faults`. */
export const reportVariable = "OAUTH_FLOW_FAULTS_REPORT"

/** Adds a line of counts to the report, if there is one. */
export function report(fault: string, counts: object): void {
  const file = process.env[reportVariable]
  const line = JSON.stringify({ fault, database: test.info().project.name, ...counts })
  if (file) appendFileSync(file, `${line}\n`)
}
