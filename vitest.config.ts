import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    include: ["{app,deploy,lib,prisma}/**/*.test.ts"],
    globalSetup: "lib/testing/setup.ts",
    setupFiles: "lib/testing/start-test-file.ts",
    // Loading Prisma and bcrypt anew for every file would be half of the run. Each file sets up what it needs by itself
    // (applySettings in lib/testing/settings.ts forgets what the file before has left).
    isolate: false,
    maxWorkers: "100%",
    // Password hashes, RSA keys and processes of their own take long on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
