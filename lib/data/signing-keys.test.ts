import { expect, test } from "vitest"
import { generateId } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { inMinutes } from "@/lib/testing/times"
import { deleteSigningKeys, insertSigningKey, listSigningKeys, type SigningKeyRecord } from "./signing-keys"

const makeKey = (alg: SigningKeyRecord["alg"], generation: number): SigningKeyRecord => ({
  kid: generateId(),
  alg,
  generation,
  publicJwk: "{}",
  privateJwe: "encrypted",
  createdAt: inMinutes(0),
  activeFrom: inMinutes(1),
})

describeOnEachDatabase("signing keys", () => {
  test("are stored, listed by algorithm and generation, and deleted", async () => {
    const keys = [makeKey("ES256", 1), makeKey("ES256", 2), makeKey("RS256", 1)]
    for (const key of [...keys].reverse()) expect(await insertSigningKey(key, {})).toBe(true)
    expect(await listSigningKeys()).toEqual(keys)
    await deleteSigningKeys(
      keys.slice(1).map(({ kid }) => kid),
      {},
    )
    expect(await listSigningKeys()).toEqual(keys.slice(0, 1))
  })

  test("are stored once for an algorithm and generation by ten parallel calls", async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => insertSigningKey(makeKey("RS256", 7), {})))
    expect(results.filter(Boolean)).toHaveLength(1)
    expect((await listSigningKeys()).filter(({ generation }) => generation === 7)).toHaveLength(1)
  })
})
