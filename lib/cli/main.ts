// The command line of the operator. It loads nothing of Next, and works while servers run.
// A relative import: "@/" can be resolved only after enterProject().
import { enterProject, setNodeEnv } from "../server/project"

setNodeEnv("production")
await enterProject()
// Standard output is for the result only.
process.env.LOG_LEVEL = "silent"

const { runCli } = await import("./program")
await runCli(process.argv.slice(2))
