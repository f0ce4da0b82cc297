import { existsSync } from "node:fs"
import path from "node:path"

/** The project's root: the folder of package.json. */
export const root = path.resolve(import.meta.dirname, "../..")

/**
 * Changes to the project's root and loads its `.env` file, wherever the process was started. Variables in the environment
 * take precedence. Call it before importing anything else of the project.
 */
export async function enterProject(): Promise<void> {
  if (process.cwd() !== root) {
    process.chdir(root)
    // tsx resolves `@/` imports with the tsconfig.json of the folder it was started in, which was another one.
    if (import.meta.filename.endsWith(".ts")) {
      const { register } = await import("tsx/esm/api")
      register({ tsconfig: path.join(root, "tsconfig.json") })
    }
  }
  const file = path.join(root, ".env")
  if (existsSync(file)) process.loadEnvFile(file)
}

/** Sets the settings of the demo, a separate server for trying things out, reachable only from this machine. */
export function setDemoSettings(): void {
  const { PORT = "3000", AUTH_CODE_SECONDS, LOG_LEVEL } = process.env
  Object.assign(process.env, {
    ISSUER: `http://localhost:${PORT || "3000"}`,
    DATABASE_URL: "file:./data/demo.db",
    // The demo creates its own secret beside its database.
    SECRET: "",
    TRUSTED_PROXIES: "",
    DEMO: "on",
    PROCESSES: "1",
    // People read the tour before they redeem the code.
    AUTH_CODE_SECONDS: AUTH_CODE_SECONDS || "600",
    LOG_LEVEL: LOG_LEVEL || "warn",
  })
}

/** Sets NODE_ENV, which React and Next read when they are imported, and turns off Next's telemetry. */
export function setNodeEnv(value: "production" | "development"): void {
  Object.assign(process.env, { NODE_ENV: value, NEXT_TELEMETRY_DISABLED: "1" })
}
