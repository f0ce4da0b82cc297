import { expect, test } from "vitest"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { addConsent, findConsent } from "./consents"
import { database } from "./database"

async function newOwner() {
  return { userId: (await storeUser()).id, clientId: (await storeClient()).clientId }
}

describeOnEachDatabase("a Consent", () => {
  test("is found unchanged, only for its User and its client", async () => {
    const owner = await newOwner()
    const consent = {
      ...owner,
      scope: ["openid", "email"],
      resource: ["https://api.example/"],
      grantedAt: inMinutes(0),
    }
    expect(await findConsent(owner.userId, owner.clientId)).toBeNull()
    await addConsent(consent, {})
    expect(await findConsent(owner.userId, owner.clientId)).toEqual(consent)
    expect(await findConsent((await storeUser()).id, owner.clientId)).toBeNull()
    expect(await findConsent(owner.userId, (await storeClient()).clientId)).toBeNull()
  })

  test("grows: earlier scopes stay, none appears twice, and the time is the latest", async () => {
    const owner = await newOwner()
    await addConsent({ ...owner, scope: ["openid"], resource: ["https://a.example/"], grantedAt: inMinutes(0) }, {})
    await addConsent({ ...owner, scope: [], resource: [], grantedAt: inMinutes(1) }, {})
    const more = { scope: ["email", "openid"], resource: ["https://b.example/"], grantedAt: inMinutes(2) }
    await addConsent({ ...owner, ...more }, {})
    await addConsent({ ...owner, ...more }, {})
    expect(await findConsent(owner.userId, owner.clientId)).toEqual({
      ...owner,
      scope: ["openid", "email"],
      resource: ["https://a.example/", "https://b.example/"],
      grantedAt: inMinutes(2),
    })
  })

  test("grows whatever the format of its row", async () => {
    const { userId, clientId } = await newOwner()
    const data = { userId, clientId, scope: " openid  email", resource: " ", grantedAt: inMinutes(0) }
    await (await database()).consent.create({ data })
    await addConsent({ userId, clientId, scope: ["profile"], resource: [], grantedAt: inMinutes(1) }, {})
    expect(await findConsent(userId, clientId)).toMatchObject({ scope: ["openid", "email", "profile"], resource: [] })
  })

  test("contains what each of twenty tabs allows at the same time, the first time and later", async () => {
    const owner = await newOwner()
    for (const round of ["first", "later"]) {
      const scopes = Array.from({ length: 20 }, (_, i) => `${round}-${i}`)
      await Promise.all(
        scopes.map((scope, i) =>
          addConsent(
            { ...owner, scope: [scope], resource: [`https://${scope}.example/`], grantedAt: inMinutes(i) },
            {},
          ),
        ),
      )
      const consent = await findConsent(owner.userId, owner.clientId)
      expect(consent?.scope).toEqual(expect.arrayContaining(scopes))
      expect(consent?.resource).toEqual(expect.arrayContaining(scopes.map((scope) => `https://${scope}.example/`)))
    }
    expect((await findConsent(owner.userId, owner.clientId))?.scope).toHaveLength(40)
  })
})
