// npm run demo: builds if the build is missing or older than the sources, then starts the demo.
import { enterProject, setDemoSettings, setNodeEnv } from "./project"

setNodeEnv("production")
await enterProject()
setDemoSettings()

const { exitWithProblem } = await import("@/lib/operator-errors")
try {
  const { config } = await import("@/lib/config")
  const { loopback, probePort } = await import("./ports")
  const { buildIfNeeded, serverFile } = await import("./build")
  await probePort(loopback, config().PORT)
  await buildIfNeeded()
  process.argv.splice(2, process.argv.length, "--demo")
  await import(serverFile.href)
} catch (error) {
  exitWithProblem(error)
}
