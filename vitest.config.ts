import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    include: ["lib/**/*.test.ts"],
    globalSetup: "e2e/fixtures/unit-setup.ts",
    // Password hashes, RSA keys and processes of their own take long on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
