import { currentTime } from "@/lib/clock"
import { type ConnectedApp, disconnectApp, listConnectedApps } from "@/lib/data/connected-apps"
import type { Device } from "@/lib/data/security-events"

export type { ConnectedApp }

/** The apps that a User has allowed something, or that have access now. */
export const listApps = (userId: string): Promise<ConnectedApp[]> => listConnectedApps(userId, currentTime())

/**
 * Ends an app's access: its Consent and all Sessions, so that its tokens are no longer active.
 * @returns the name of the app, or null when it has no access
 */
export async function disconnect(userId: string, clientId: string, device: Device): Promise<string | null> {
  const app = (await listApps(userId)).find((one) => one.clientId === clientId)
  if (!app) return null
  const event = { userId, kind: "app_disconnected", at: currentTime(), ...device, detail: app.clientName } as const
  await disconnectApp(userId, clientId, event)
  return app.clientName
}
