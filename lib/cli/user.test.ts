import { expect, test } from "vitest"
import { createUser } from "@/lib/accounts/users"
import { insertPasskey } from "@/lib/data/passkeys"
import { findSession } from "@/lib/data/sessions"
import { OperatorError } from "@/lib/operator-errors"
import { runCommand, runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeBrowserSession, storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { getUser } from "./user"

describeOnEachDatabase("a user is found", () => {
  test("by their sub, or by their email address in any spelling", async () => {
    const { id } = await storeUser({ email: "ada@xn--mnchen-3ya.example" })
    for (const name of [id, "ada@xn--mnchen-3ya.example", " Ada@M\u00fcnchen.example"]) {
      expect((await getUser(name)).id).toBe(id)
    }
  })

  test("by an address that version 0.1 accepted and that is no longer valid", async () => {
    const { id } = await storeUser({ email: "a@foo-.com" })
    expect((await getUser("A@foo-.com")).id).toBe(id)
  })

  test("or an error is thrown", async () => {
    for (const name of ["b@foo-.com", "no-such-user", ""]) await expect(getUser(name)).rejects.toThrow(OperatorError)
  })
})

describeOnEachDatabase("email_verified", () => {
  test("is what the operator vouches for, and a new address is not verified", async () => {
    const created = await createUser({
      email: "grace@example.com",
      name: null,
      password: "a long password",
      emailVerified: true,
    })
    expect(created).toMatchObject({ ok: true, user: { emailVerifiedAt: expect.any(Date) } })
    const update = (...options: string[]) => runForJson("user", "update", "grace@example.com", ...options)
    expect(await update("--name", "Grace")).toMatchObject({ email_verified: true })
    expect(await update("--email", "Grace@example.com")).toMatchObject({ email_verified: true })
    expect(await update("--no-email-verified")).toMatchObject({ email_verified: false })
    expect(await update("--email-verified")).toMatchObject({ email_verified: true })
    expect(await update("--email", "hopper@example.com")).toMatchObject({ email_verified: false })
  })
})

describeOnEachDatabase("user update --claim", () => {
  test("sets, keeps and removes claims", async () => {
    await storeUser({ email: "ada@example.com" })
    const update = async (...claims: string[]) =>
      (
        await runForJson<{ claims: object }>(
          "user",
          "update",
          "ada@example.com",
          ...claims.flatMap((claim) => ["--claim", claim]),
        )
      ).claims
    expect(await update("nickname=Ada", 'groups=["staff"]', "phone_number=+44 20 7946 0000")).toEqual({
      nickname: "Ada",
      groups: ["staff"],
      phone_number: "+44 20 7946 0000",
      updated_at: expect.any(Number),
    })
    const address = { locality: "London" }
    expect(await update("nickname=", `address=${JSON.stringify(address)}`, "zoneinfo=Europe/London")).toEqual({
      groups: ["staff"],
      phone_number: "+44 20 7946 0000",
      address,
      zoneinfo: "Europe/London",
      updated_at: expect.any(Number),
    })
    for (const [claim, problem] of [
      ["nickname", "has no value"],
      ["sub=x", "sub is reserved for tokens and cannot be set"],
      ["email=x@example.com", "email cannot be set with --claim"],
      ["picture=here", "picture must be a URL"],
    ] as const)
      expect((await runCommand("user", "update", "ada@example.com", "--claim", claim)).stderr).toContain(problem)
  })
})

describeOnEachDatabase("user show and user update", () => {
  test("show and change the email address and the name, and keep the sub and the sessions", async () => {
    const { id: sub, ...facts } = await storeUser({ email: "ada@example.com", name: "Ada" })
    const { id: sid } = await storeStartedSession({ user: { id: sub, ...facts }, client: await storeClient() })

    const shown = { sub, email: "ada@example.com", name: "Ada", disabled_at: null }
    expect(await runForJson("user", "show", "ada@example.com")).toMatchObject(shown)
    expect(await runForJson("user", "update", sub, "--name", "Ada Lovelace")).toMatchObject({
      ...shown,
      name: "Ada Lovelace",
    })
    const renamed = { ...shown, email: "ada@example.org", name: null }
    expect(await runForJson("user", "update", sub, "--email", " Ada@Example.org", "--name", "")).toMatchObject(renamed)
    expect(await runForJson("user", "show", sub)).toMatchObject(renamed)
    expect((await findSession(sid))?.revokedAt).toBeNull()
  })

  test("refuse an email address of another user, and an invalid one", async () => {
    const { id } = await storeUser({ email: "grace@example.com" })
    await storeUser({ email: "taken@example.com" })
    const taken = await runCommand("user", "update", id, "--email", "Taken@example.com")
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("already exists") })
    const invalid = await runCommand("user", "update", id, "--email", "no address")
    expect(invalid).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^The email cannot be used: /) })
    expect((await getUser(id)).email).toBe("grace@example.com")
  })
})

describeOnEachDatabase("user factors", () => {
  test("removes a passkey that its user has lost, and no other", async () => {
    const user = await storeUser()
    const facts = {
      publicKey: "",
      counter: 0,
      transports: "",
      singleDevice: false,
      name: "Phone",
      createdAt: new Date(),
    }
    const signedIn = { tokenHash: await storeBrowserSession(user), amr: "pwd" }
    const notice = { event: { userId: user.id, kind: "passkey_added", at: new Date() }, mail: null } as const
    for (const id of ["lost", "kept"]) await insertPasskey({ id, userId: user.id, ...facts }, signedIn, notice)
    type Factors = { passkeys: { id: string }[] }
    const remove = (id: string) => runForJson<Factors>("user", "factors", user.email, "--remove-passkey", id, "--yes")
    expect((await remove("lost")).passkeys.map(({ id }) => id)).toEqual(["kept"])
    await expect(remove("lost")).rejects.toThrow("has no passkey with this ID")
  })
})
