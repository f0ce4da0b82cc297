/** Runs once when a server process starts, before it serves, however Next was started. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { prepare } = await import("@/lib/boot")
    await prepare()
  }
}
