// npm run demo: a server of its own to look at and to try clients on, with a user and a client, reached from this machine only.
import { enterProject, setNodeEnv } from "./project"

setNodeEnv("production")
await enterProject()

const port = process.env.PORT || "3000"
Object.assign(process.env, {
  ISSUER: `http://localhost:${port}`,
  DATABASE_URL: "file:./data/demo.db",
  // The demo makes its own, beside its database.
  SECRET: "",
  TRUSTED_PROXIES: "",
  DEMO: "on",
  PROCESSES: "1",
  // Whoever takes the tour reads before they redeem.
  AUTH_CODE_SECONDS: process.env.AUTH_CODE_SECONDS || "600",
  LOG_LEVEL: process.env.LOG_LEVEL || "warn",
})

const { exitWithProblem } = await import("@/lib/operator-errors")
try {
  const { runDemo } = await import("./run-demo")
  await runDemo()
} catch (error) {
  exitWithProblem(error)
}
