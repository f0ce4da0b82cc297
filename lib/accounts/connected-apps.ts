import { currentTime } from "@/lib/clock"
import type { Source } from "@/lib/data/audit-events"
import { type ConnectedApp, disconnectApp, listConnectedApps } from "@/lib/data/connected-apps"

export type { ConnectedApp }

/** The apps that have a Consent of the User or an active Session. */
export const listApps = (userId: string): Promise<ConnectedApp[]> => listConnectedApps(userId, currentTime())

/**
 * Ends an app's access: its Consent and all Sessions, so that its tokens are no longer active.
 * @returns the name of the app, or null when it has no access
 */
export async function disconnect(userId: string, clientId: string, source: Source): Promise<string | null> {
  const app = (await listApps(userId)).find((one) => one.clientId === clientId)
  if (!app) return null
  const event = {
    userId,
    clientId,
    kind: "app_disconnected",
    at: currentTime(),
    ...source,
    detail: app.clientName,
  } as const
  await disconnectApp(userId, clientId, event)
  return app.clientName
}
