// npm run migration -- NAME: writes the SQL from the committed migrations to prisma/schema.prisma.
import { readFileSync } from "node:fs"
import { findContractions } from "./contractions"
import { writeMigrations } from "./migrations"

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error("Give the migration a name in lower-case words: npm run migration -- add_device_codes")
  process.exit(2)
}
const files = await writeMigrations(name, process.cwd())
console.log(files.length > 0 ? files.map((file) => `wrote ${file}`).join("\n") : "The models have not changed.")
for (const line of files
  .filter((file) => file.includes("postgres"))
  .flatMap((file) => findContractions(readFileSync(file, "utf8")))) {
  console.warn(
    `The previous version cannot run beside this: ${line}. CONTRIBUTING.md describes how to do it in two steps.`,
  )
}
