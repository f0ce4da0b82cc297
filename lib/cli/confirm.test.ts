import { PassThrough } from "node:stream"
import { expect, test } from "vitest"
import { OperatorError } from "@/lib/operator-errors"
import { runCommand, runForJson } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { UsageError } from "./action"
import { confirm, type Terminal } from "./confirm"

/** Asks on a terminal where `typed` is the answer. @returns what the terminal shows */
async function askOnTerminal(typed: string): Promise<string> {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true })
  const confirmed = confirm("Delete it?", {}, { input, output } as unknown as Terminal)
  input.write(typed)
  await confirmed
  return String(output.read())
}

test.each(["y\n", "Y\n", " yes \n"])("a command goes on after %j", async (typed) => {
  expect(await askOnTerminal(typed)).toContain("Delete it? [y/N] ")
})

test.each(["\n", "n\n", "yesterday\n", "\u0003", "\u0004"])("a command changes nothing after %j", async (typed) => {
  await expect(askOnTerminal(typed)).rejects.toThrow(new OperatorError("Cancelled. Nothing was changed."))
})

test("a command with --yes does not ask", async () => {
  const unused = { input: { isTTY: true }, output: null } as unknown as Terminal
  await expect(confirm("Delete it?", { yes: true }, unused)).resolves.toBeUndefined()
})

test("a command without a terminal and without --yes is a usage error", async () => {
  const none = { input: {}, output: null } as unknown as Terminal
  await expect(confirm("Delete it?", {}, none)).rejects.toThrow(UsageError)
})

describeOnEachDatabase("a destructive command", () => {
  const refusal = "There is no terminal to confirm this on. Add --yes to run it without asking.\n"

  test("changes nothing without --yes, and does its work with it", async () => {
    const client = await storeClient({ clientSecretHash: "hash", tokenEndpointAuthMethod: "client_secret_basic" })
    const owner = { user: await storeUser(), client }
    const { id } = await storeStartedSession(owner)
    await storeStartedSession(owner)
    await runForJson("scope", "describe", "invoices:read", "Read your invoices")
    const state = async () => [
      await runForJson("client", "list"),
      await runForJson("user", "list"),
      await runForJson("sessions", "list"),
      await runForJson("keys", "list"),
      await runForJson("scope", "list"),
    ]
    const commands: [args: string[], result: object][] = [
      [["client", "rotate-secret", client.clientId], { client_secret: expect.any(String) }],
      [["sessions", "revoke", id], { sid: id, revoked: 1 }],
      [["sessions", "revoke", "--user", owner.user.email], { revoked: 1 }],
      [["user", "disable", owner.user.id], { disabled_at: expect.any(Number) }],
      [["keys", "rotate", "--now", "--alg", "ES256"], { keys: [expect.objectContaining({ alg: "ES256" })] }],
      [["flows", "close"], { closed: 0 }],
      [["scope", "reset", "invoices:read"], { scope: "invoices:read" }],
      [["user", "delete", owner.user.email], { deleted: true }],
      [["client", "delete", client.clientId], { deleted: true }],
    ]
    for (const [args, result] of commands) {
      const before = await state()
      expect(await runCommand(...args), args.join(" ")).toEqual({ exitCode: 2, stdout: "", stderr: refusal })
      expect(await state(), args.join(" ")).toEqual(before)
      expect(await runForJson(...args, "--yes"), args.join(" ")).toMatchObject(result)
    }
  })
})
