import { defineConfig } from "prisma/config"

// `prisma generate` never runs the schema engine, yet it insists on finding one and would download it.
// Any executable file satisfies it; migrations are applied by lib/data/migrate.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: "prisma/schema.prisma" })
