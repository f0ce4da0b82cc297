import type { Group } from "../_components/flow/sequence"

/** The paths that a scene's requests are of. */
export type SceneRequests = { id: number; isAuthorization: boolean; paths: string[] }

/**
 * Which requests of the flow belong to which scene. The browser's own, from /authorize to /callback, are those of the
 * authorization; any other belongs to the first scene that made one to this path and has none for it yet.
 * @returns the groups of each scene, by its id
 */
export function assignGroups(scenes: SceneRequests[], groups: Group[]): Map<number, Group[]> {
  const assigned = new Map<number, Group[]>(scenes.map(({ id }) => [id, []]))
  const open = scenes.flatMap(({ id, paths }) => paths.map((path) => ({ id, path })))
  const authorization = scenes.find(({ isAuthorization }) => isAuthorization) ?? scenes[0]
  for (const group of groups) {
    const at = open.findIndex(({ path }) => path === group.path)
    const [request] = at === -1 ? [] : open.splice(at, 1)
    const id = request?.id ?? authorization?.id
    if (id !== undefined) assigned.get(id)?.push(group)
  }
  return assigned
}
