// For Prisma's own commands (docs/data.md). The server does not read this file.
import { existsSync } from "node:fs"
import path from "node:path"
import { defineConfig } from "prisma/config"

if (existsSync(".env")) process.loadEnvFile(".env")
const url = process.env.DATABASE_URL || "file:./data/oauth-flow.db"
const sqlite = url.startsWith("file:")

export default defineConfig({
  // The same models for each provider: prisma/tooling/generate.mjs writes the second file.
  schema: sqlite ? "prisma/schema.prisma" : "lib/data/generated/postgres.prisma",
  // The table of applied migrations is not a model (lib/data/migrate.ts).
  experimental: { externalTables: true },
  tables: { external: [sqlite ? "_migration" : "public._migration"] },
  // Studio needs an absolute path.
  datasource: { url: sqlite ? `file://${path.resolve(url.slice("file:".length))}` : url },
})
