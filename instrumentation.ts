/** Runs once when Next starts in a process, before it serves. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return
  const { keepHouse, prepare } = await import("@/lib/boot")
  await prepare()
  const { startTelemetry } = await import("@/lib/flows/telemetry")
  await startTelemetry()
  // Under `npm start` the first of the server's processes does it.
  if (process.env.OAUTH_FLOW_ROLE === undefined) keepHouse()
}
