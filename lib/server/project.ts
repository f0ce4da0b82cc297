import { existsSync } from "node:fs"
import path from "node:path"

/** The project's root: the folder of package.json. */
export const root = path.resolve(import.meta.dirname, "../..")

/**
 * Makes this process run in the project's root with the settings of its `.env` file, wherever it was started from.
 * Settings that the environment has already win. Call it before anything else of the project is imported.
 */
export async function enterProject(): Promise<void> {
  if (process.cwd() !== root) {
    process.chdir(root)
    // The `@/` imports are resolved by the tsconfig.json of the folder that tsx was started in, which was another one.
    if (import.meta.filename.endsWith(".ts")) {
      const { register } = await import("tsx/esm/api")
      register({ tsconfig: path.join(root, "tsconfig.json") })
    }
  }
  const file = path.join(root, ".env")
  if (existsSync(file)) process.loadEnvFile(file)
}

/** The settings of the demo: a server of its own to look at and to try clients on, reached from this machine only. */
export function setDemoSettings(): void {
  const { PORT = "3000", AUTH_CODE_SECONDS, LOG_LEVEL } = process.env
  Object.assign(process.env, {
    ISSUER: `http://localhost:${PORT || "3000"}`,
    DATABASE_URL: "file:./data/demo.db",
    // The demo makes its own, beside its database.
    SECRET: "",
    TRUSTED_PROXIES: "",
    DEMO: "on",
    PROCESSES: "1",
    // A person who takes the tour reads before they redeem.
    AUTH_CODE_SECONDS: AUTH_CODE_SECONDS || "600",
    LOG_LEVEL: LOG_LEVEL || "warn",
  })
}

/** Sets NODE_ENV, which React and Next read once, when they are imported, and keeps Next from reporting to its makers. */
export function setNodeEnv(value: "production" | "development"): void {
  Object.assign(process.env, { NODE_ENV: value, NEXT_TELEMETRY_DISABLED: "1" })
}
