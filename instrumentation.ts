/** Runs once when Next starts in a process, before it serves. */
export async function register(): Promise<void> {
  // Next also compiles this file for its edge runtime, which has no Node modules.
  if (process.env.NEXT_RUNTIME === "nodejs") await (await import("@/lib/server/next-start")).prepareNextStart()
}
