import { setTimeout as delay } from "node:timers/promises"
import { createOwnWorld } from "../fixtures/own-world"
import type { TestServer } from "../fixtures/server"
import { workersOf } from "../fixtures/worker-processes"
import { expect, test } from "../fixtures/world"
import { checkDatabase, countDone } from "./check-database"
import { FlowPlayer, newCounts } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { report } from "./report"

const players = 8
const { rounds, seed } = faultOptions()

/** Which processes can be found and killed one by one: on Linux, from /proc. */
const canFindWorkers = process.platform === "linux"

for (const PROCESSES of ["1", "2"]) {
  test(`kill -9 at random moments, with PROCESSES=${PROCESSES}: every request happened once or not at all, and every answer is true`, async () => {
    test.setTimeout(60_000 + rounds * 20_000)
    const random = seededRandom(seed + Number(PROCESSES))
    // The retry of a refresh must not depend on how long a restart takes.
    const env = { PROCESSES, REFRESH_RETRY_SECONDS: "300", AUTH_CODE_SECONDS: "600" }
    const world = await createOwnWorld()
    const counts = newCounts()
    const kills = { server: 0, "one process": 0 }
    let answers = 0
    let onAnswer: () => void = () => {}
    const playing = Array.from(
      { length: players },
      () =>
        new FlowPlayer(world, random, counts, () => {
          answers++
          onAnswer()
        }),
    )
    /** Resolves after `count` more answers. */
    const answered = (count: number) =>
      new Promise<void>((resolve) => {
        const wanted = answers + count
        onAnswer = () => (answers >= wanted ? resolve() : undefined)
        onAnswer()
      })

    let server = await world.start(env)
    try {
      for (let round = 0; round < rounds; round++) {
        const isServer = PROCESSES === "1" || !canFindWorkers || round % 4 !== 1
        const [afterAnswers, afterMs] = [random.integer(4 * players), random.integer(6)]
        let isStopping = false
        const done = Promise.all(playing.map((player) => player.play(() => isStopping)))
        await Promise.race([answered(afterAnswers), done])
        // The random moment, not a wait for something.
        await delay(afterMs)
        if (isServer) {
          await killServer(server)
          await done
          server = await world.start(env)
        } else {
          const victim = random.pick(workersOf(server) as [number, ...number[]])
          process.kill(victim, "SIGKILL")
          isStopping = true
          await done
          await expect
            .poll(() => workersOf(server).filter((pid) => pid !== victim).length, { timeout: 30_000 })
            .toBe(Number(PROCESSES))
        }
        kills[isServer ? "server" : "one process"]++
        for (const player of playing) await player.verify()
      }
      await server.stop()
      await checkDatabase(world, counts, playing)
      report("kill", { PROCESSES, kills, requests: counts, sessions: countDone(counts, "callback") })
    } finally {
      await server.kill()
      await world.remove()
    }
  })
}

/** Kills all processes of a server, like a power cut of the machine that keeps the disk. */
async function killServer(server: TestServer): Promise<void> {
  const workers = canFindWorkers ? workersOf(server) : []
  const killed = server.kill()
  for (const pid of workers) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It ended with the first process.
    }
  }
  await killed
}
