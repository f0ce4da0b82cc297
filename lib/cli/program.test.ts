import { expect, test } from "vitest"
import { runCommand } from "@/lib/testing/commands"
import { describeOnEachDatabase } from "@/lib/testing/database"
import packageJson from "../../package.json"

describeOnEachDatabase("the command line", () => {
  test("prints the version of package.json", async () => {
    expect(await runCommand("--version")).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: "" })
  })

  test("ends with 0 after --help", async () => {
    const { exitCode, stdout } = await runCommand("client", "update", "--help")
    expect(exitCode).toBe(0)
    expect(stdout).toContain("--redirect-uri")
  })

  test.each([
    [["cleint", "list"], "Unknown command 'cleint' (Did you mean client?). Run with --help for usage.\n"],
    [["user", "create"], "Required option '--email <email>' not specified. Run with --help for usage.\n"],
    [["client", "list", "--all"], "Unknown option '--all'. Run with --help for usage.\n"],
    [["client", "show"], "Missing required argument 'client-id'. Run with --help for usage.\n"],
    [["client", "update", "an-id"], "No change given. Run with --help for usage.\n"],
    [["user", "update", "ada@example.com"], "No change given. Run with --help for usage.\n"],
    [["sessions", "revoke"], "Give the ID of a session, or --user, or --all with --before.\n"],
    [
      ["sessions", "revoke", "an-id", "--user", "ada@example.com"],
      "Give the ID of a session, or --user, or --all with --before.\n",
    ],
    [
      ["sessions", "list", "--limit", "0"],
      "Option '--limit <n>' argument '0' is invalid. Use a number from 1 to 999999. Run with --help for usage.\n",
    ],
    [
      ["user", "create", "--email", "ada@example.com"],
      "There is no terminal to ask for the password. Send it on standard input with --password-stdin.\n",
    ],
  ])("ends with 2 and one line for a usage error: %j", async (args, stderr) => {
    expect(await runCommand(...args)).toEqual({ exitCode: 2, stdout: "", stderr })
  })

  test.each([
    [["client", "show", "x"], "No client x. List them with: npm run -s cli -- client list\n"],
    [["user", "show", "x"], "No user x. List them with: npm run -s cli -- user list\n"],
    [["sessions", "revoke", "x", "--yes"], "No session x. List them with: npm run -s cli -- sessions list\n"],
    [["client", "create", "--name", "Shop", "--redirect-uri", "not a URI"], expect.stringMatching(/^Refused: .+\.\n$/)],
  ])("ends with 1 and one line for another failure: %j", async (args, stderr) => {
    expect(await runCommand(...args)).toEqual({ exitCode: 1, stdout: "", stderr })
  })
})
