import { defineConfig } from "@playwright/test"
import { ensureChromium, launchArgs } from "./e2e/fixtures/browser"

const report = process.env.PLAYWRIGHT_REPORT_FILE

/**
 * Tests run on both databases where that makes a difference. Files named *.after.ts run last.
 */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/fixtures/global-setup.ts",
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ...(report ? [["json", { outputFile: report }] as ["json", object]] : [])],
  use: {
    // Traces, videos and screenshots would contain passwords and tokens.
    trace: "off",
    video: "off",
    screenshot: "off",
    launchOptions: { executablePath: await ensureChromium(), args: launchArgs },
  },
  projects: [
    {
      name: "sqlite",
      testMatch: "**/*.spec.ts",
      testIgnore: [
        "**/server/{next-start,nginx,two-builds,unavailable}.spec.ts",
        "**/faults/{clocks,serializable}.spec.ts",
      ],
    },
    // Tests that depend on the database or on two instances. Pages look and work the same on both databases.
    {
      name: "postgres",
      testMatch: [
        "**/{endpoints,faults,leaks,races}/*.spec.ts",
        "**/flows/{one-answer,steps,watching}.spec.ts",
        "**/flows/{account,accounts,passkeys,providers,reset-password,second-factor,sign-up-by-email}.spec.ts",
        "**/pages/{sign-in-limits,watched-flow}.spec.ts",
        "**/server/{fuzz,nginx,observability,processes,restart,two-builds,unavailable}.spec.ts",
      ],
      testIgnore: "**/faults/power-cut.spec.ts",
    },
    // Tests of what differs where Next serves the endpoints.
    {
      name: "next",
      testMatch: ["**/endpoints/*.spec.ts", "**/leaks/state-in-log.spec.ts", "**/server/next-start.spec.ts"],
    },
    { name: "after", testMatch: "**/*.after.ts", fullyParallel: true, dependencies: ["sqlite", "postgres", "next"] },
  ],
})
