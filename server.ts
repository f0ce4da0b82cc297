// npm start, npm run dev and npm run demo. NODE_ENV is set before anything else is imported, because React and Next read
// it then.
import { enterProject, setDemoSettings, setNodeEnv } from "./lib/server/project"

const [mode] = process.argv.slice(2)
setNodeEnv(mode === "--dev" ? "development" : "production")
await enterProject()
if (mode === "--demo") setDemoSettings()

const { exitWithProblem } = await import("./lib/operator-errors")
try {
  const loadEndpoints = () => import("./app/endpoints")
  if (mode === "--dev") await (await import("./lib/server/development")).startDevelopment()
  else if (mode === "--demo") await (await import("./lib/server/start-demo")).startDemo(loadEndpoints)
  else await (await import("./lib/server/start")).start(loadEndpoints)
} catch (error) {
  exitWithProblem(error)
}
