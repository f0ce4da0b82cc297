import { expect, test } from "vitest"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { testSecret } from "@/lib/testing/settings"

const older = "a".repeat(32)
type Answer = { signing_keys?: number; secrets: { id: string; removable_at: number | null }[] }

describeOnEachDatabase(
  "secret",
  () => {
    test("lists the newest first, and reports when the others can be removed", async () => {
      await ensureSigningKeys()
      const { secrets } = await runForJson<Answer>("secret", "list")
      expect(secrets).toHaveLength(2)
      expect(secrets.map(({ removable_at }) => removable_at !== null)).toEqual([false, true])
      expect(JSON.stringify(secrets)).not.toContain(older)
      const answer = await runForJson<Answer>("secret", "reencrypt")
      // They were made with the newest secret.
      expect(answer).toMatchObject({ signing_keys: 0, secrets: [{ removable_at: null }, { id: secrets[1]?.id }] })
    })
  },
  { SECRET: `${testSecret.replace(",", "")},${older}` },
)
