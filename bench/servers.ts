import path from "node:path"
import { startPostgres } from "@/lib/testing/postgres"
import type { Options } from "./options"
import { startOAuthFlow } from "./targets/oauth-flow"
import { startPeer } from "./targets/peers"
import type { Target } from "./targets/target"

/**
 * Starts every server that the options name, OAuth Flow first.
 * @param directory for databases and logs
 * @param started receives everything to stop, in the order of starting, even when a later start fails
 */
export async function startTargets(
  options: Options,
  directory: string,
  started: { stop(): Promise<void> }[],
): Promise<Target[]> {
  const { starts } = options
  const withKeyClient = options.operations.includes("refresh-private-key-jwt")
  const targets: Target[] = []
  const add = async (starting: Promise<Target>) => {
    const target = await starting
    targets.push(target)
    started.push(target)
    console.error(`… ${target.label}: started in ${Math.round(target.coldStartMs)} ms`)
  }
  if (options.only.includes("oauth-flow")) {
    const postgres = options.postgres ? await startPostgres() : null
    if (postgres) started.push(postgres)
    for (const variant of options.variants) {
      const name = variant.name ? `oauth-flow-${variant.name}` : "oauth-flow"
      const label = variant.name ? `OAuth Flow (${variant.name})` : "OAuth Flow"
      const file = `file:${path.join(directory, `${name}.db`)}`
      const databaseUrl = postgres ? await postgres.createDatabase("bench") : file
      await add(startOAuthFlow({ name, label, databaseUrl, directory, starts, withKeyClient, ...variant.how }))
    }
  }
  for (const name of options.only.filter((other) => other !== "oauth-flow"))
    await add(startPeer(name, { directory, starts }))
  return targets
}
