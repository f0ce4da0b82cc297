type Line = { level: number; event?: string; [field: string]: unknown }

/** pino's number for the level `error`. */
const errorLevel = 50

/** Lines of the server's log that report a fault: errors, and what no one has written with the logger. */
export function findLogProblems(log: string): string[] {
  const problems = new Map<string, number>()
  for (const text of log.split("\n")) {
    const problem = findLineProblem(text)
    if (problem) problems.set(problem, (problems.get(problem) ?? 0) + 1)
  }
  return [...problems].map(([problem, count]) => `The log has this ${count} times: ${problem}`)
}

/** Lines of the server's start, of Next's start, and an empty one. */
const expectedLine = /^$|^OAuth Flow is ready at|^ ?✓ Running next\.config\.mjs/

function findLineProblem(text: string): string | null {
  if (expectedLine.test(text)) return null
  if (!text.startsWith("{")) return text
  const { time, flow, ...line } = JSON.parse(text) as Line
  return line.level >= errorLevel ? JSON.stringify(line) : null
}
