// npm start, npm run dev and npm run demo. NODE_ENV must be set before React and Next are imported, because they read it
// then.
import { enterProject, setDemoSettings, setNodeEnv } from "./lib/server/project"

const [mode] = process.argv.slice(2)
setNodeEnv(mode === "--dev" ? "development" : "production")
await enterProject()
if (mode === "--demo") setDemoSettings()

const { exitWithProblem } = await import("./lib/operator-errors")
try {
  const { guardNext, loadNext } = await import("./app/next-server")
  const app = { loadEndpoints: () => import("./app/endpoints"), guardNext, loadNext }
  if (mode === "--dev") await (await import("./lib/server/start-development")).startDevelopment(app)
  else if (mode === "--demo") await (await import("./lib/server/start-demo")).startDemo(app)
  else await (await import("./lib/server/start-production")).startProduction(app)
} catch (error) {
  exitWithProblem(error)
}
