// npm run -s cli -- <command>: what the operator does by hand. It loads nothing of Next, and works while servers run.
// Not by "@/": that is resolved only once the project has been entered.
import { enterProject, setNodeEnv } from "../server/project"

setNodeEnv("production")
await enterProject()
// Standard output carries the answer alone.
process.env.LOG_LEVEL = "silent"

const { runCli } = await import("./program")
await runCli(process.argv.slice(2))
