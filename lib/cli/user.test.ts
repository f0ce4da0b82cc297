import { expect, test } from "vitest"
import { OperatorError } from "@/lib/operator-errors"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeUser } from "@/lib/testing/rows"
import { requireUser } from "./user"

describeOnEachDatabase("a user is named", () => {
  test("by their sub, or their email address however it is typed", async () => {
    const { id } = await storeUser({ email: "ada@xn--mnchen-3ya.example" })
    for (const name of [id, "ada@xn--mnchen-3ya.example", " Ada@M\u00fcnchen.example"]) {
      expect((await requireUser(name)).id).toBe(id)
    }
  })

  test("by an address that version 0.1 accepted and that is no longer valid", async () => {
    const { id } = await storeUser({ email: "a@foo-.com" })
    expect((await requireUser("A@foo-.com")).id).toBe(id)
  })

  test("or the command ends with an error", async () => {
    for (const name of ["b@foo-.com", "no-such-user", ""])
      await expect(requireUser(name)).rejects.toThrow(OperatorError)
  })
})
