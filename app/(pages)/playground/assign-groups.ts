import type { Group } from "../_components/flow/sequence"

/** A scene, and the paths of the requests that the client sent in it. */
export type SceneRequests = { id: number; isAuthorization: boolean; paths: string[] }

/**
 * Assigns the flow's requests to scenes. The browser's own, from /authorize to /callback, belong to the authorization;
 * any other belongs to the first scene that sent a request to its path and has none assigned for it yet.
 * @returns the groups of each scene, by the scene's ID
 */
export function assignGroups(scenes: SceneRequests[], groups: Group[]): Map<number, Group[]> {
  const assigned = new Map<number, Group[]>(scenes.map(({ id }) => [id, []]))
  const unassigned = scenes.flatMap(({ id, paths }) => paths.map((path) => ({ id, path })))
  const authorization = scenes.find(({ isAuthorization }) => isAuthorization) ?? scenes[0]
  for (const group of groups) {
    const index = unassigned.findIndex(({ path }) => path === group.path)
    const [request] = index === -1 ? [] : unassigned.splice(index, 1)
    const id = request?.id ?? authorization?.id
    if (id !== undefined) assigned.get(id)?.push(group)
  }
  return assigned
}
