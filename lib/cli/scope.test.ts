import { expect, test } from "vitest"
import { describeScopes, listDescribedScopes } from "@/lib/clients/scope-descriptions"
import { OperatorError } from "@/lib/operator-errors"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient } from "@/lib/testing/rows"
import { resetDescription, setDescription } from "./scope"

const descriptionOf = async (scope: string) => (await describeScopes([scope]))[0]?.description

describeOnEachDatabase("a scope", () => {
  test("has a built-in description when it is a standard one, and openid is left out", async () => {
    expect(await describeScopes(["openid", "email", "profile", "offline_access"])).toEqual([
      { scope: "email", description: "See your email address", source: "built-in" },
      { scope: "profile", description: "See your name", source: "built-in" },
      { scope: "offline_access", description: "Keep access when you're not using the app", source: "built-in" },
    ])
  })

  test("without a description has none, whatever its name", async () => {
    for (const scope of ["invoices:read", "constructor", "__proto__"]) expect(await descriptionOf(scope)).toBeNull()
  })

  test("gets the operator's description, also in place of a built-in one, until that is reset", async () => {
    expect(await setDescription("invoices:read", " Read your invoices ", {})).toMatchObject({
      json: { scope: "invoices:read", description: "Read your invoices", source: "operator" },
    })
    await setDescription("invoices:read", "See your invoices", {})
    await setDescription("profile", "See your name and title", {})
    expect(await descriptionOf("invoices:read")).toBe("See your invoices")
    expect(await descriptionOf("profile")).toBe("See your name and title")

    await resetDescription("invoices:read", { yes: true })
    await resetDescription("profile", { yes: true })
    expect(await descriptionOf("invoices:read")).toBeNull()
    expect(await descriptionOf("profile")).toBe("See your name")
    await expect(resetDescription("profile", { yes: true })).rejects.toThrow(OperatorError)
  })

  test("is listed once when it is standard, of a client, or described", async () => {
    await storeClient({ scope: ["openid", "email", "orders:write", "orders:read"] })
    await storeClient({ scope: ["orders:read"] })
    await setDescription("orders:read", "See your orders", {})
    await setDescription("unused", "Do nothing", {})
    expect((await listDescribedScopes()).map(({ scope, source }) => [scope, source])).toEqual([
      ["profile", "built-in"],
      ["email", "built-in"],
      ["address", "built-in"],
      ["phone", "built-in"],
      ["offline_access", "built-in"],
      ["orders:read", "operator"],
      ["orders:write", null],
      ["unused", "operator"],
    ])
  })

  test("is refused when it is not one, and so is a description that does not fit on a line", async () => {
    for (const scope of ["", "a b", 'a"b', "a\\b", "openid"])
      await expect(setDescription(scope, "Read it", {}), scope).rejects.toThrow(OperatorError)
    for (const text of ["", "  ", "a\nb", "x".repeat(101)])
      await expect(setDescription("invoices:read", text, {}), text).rejects.toThrow(OperatorError)
  })
})
