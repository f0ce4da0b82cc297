import { defineConfig } from "@playwright/test"
import { ensureChromium, launchArgs } from "./e2e/fixtures/browser"

const report = process.env.PLAYWRIGHT_REPORT_FILE

/** The same tests run on both databases. What must come after all of them is in files named *.after.ts. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/fixtures/global-setup.ts",
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ...(report ? [["json", { outputFile: report }] as ["json", object]] : [])],
  use: {
    // A trace, a video or a picture would hold passwords and tokens.
    trace: "off",
    video: "off",
    screenshot: "off",
    launchOptions: { executablePath: await ensureChromium(), args: launchArgs },
  },
  projects: [
    { name: "sqlite", testMatch: "**/*.spec.ts" },
    // Pages look the same on every database.
    {
      name: "postgres",
      testMatch: "**/*.spec.ts",
      testIgnore: ["**/pages/{accessibility,headers,playground}.spec.ts"],
    },
    // The same endpoints by the other way in.
    { name: "next", testMatch: "**/{endpoints,races,flows,clients}/**/*.spec.ts" },
    { name: "after", testMatch: "**/*.after.ts", dependencies: ["sqlite", "postgres", "next"] },
  ],
})
