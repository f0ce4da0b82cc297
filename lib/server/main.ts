// npm start and npm run dev. NODE_ENV is set before anything else is imported, because React and Next read it then.
import { enterProject, setNodeEnv } from "./project"

const dev = process.argv.includes("--dev")
setNodeEnv(dev ? "development" : "production")
await enterProject()

const { exitWithProblem } = await import("@/lib/operator-errors")
try {
  const { start } = await import("./start")
  await start({ dev })
} catch (error) {
  exitWithProblem(error)
}
