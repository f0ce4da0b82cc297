import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { createInterface } from "node:readline"
import type { Page } from "@playwright/test"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { allow, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { insertUser, isActive, type Tokens } from "../fixtures/world"

// The commands of docs/clients/curl.md, one after the other in one shell, as a reader runs them.

const missing = ["sh", "curl", "openssl"].filter((tool) => spawnSync(tool, ["--version"]).error)
test.skip(missing.length > 0, `This machine does not have ${missing.join(" and ")}. Install it to run this test.`)

/** The lines of the page's shell blocks. Each is a command. */
function readCommands(): string[] {
  const page = readFileSync(path.join(root, "docs/clients/curl.md"), "utf8")
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"))
}

/** Puts values in the place of `NAME=…`, and the test server's issuer in the place of the page's. */
function fillIn(command: string, values: Record<string, string> = {}): string {
  const filled = Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`${name}=…`, `${name}=${value}`),
    command,
  )
  expect(filled, "every placeholder has a value").not.toContain("…")
  return filled.replace("=http://localhost:3000", `=${testEnvironment().issuer}`)
}

/** A shell in the project's folder, with the settings of the test server for the CLI. */
class Shell {
  private readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>
  private errors = ""

  constructor() {
    const { databaseUrl, secret, issuer } = testEnvironment()
    const env = { ...process.env, DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: issuer, NO_PROXY: "localhost" }
    const shell = spawn("sh", { cwd: root, env, stdio: ["pipe", "pipe", "pipe"] })
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text
    })
    this.lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
    this.process = shell
  }

  /** Runs a command that must succeed. @returns what it printed */
  async run(command: string): Promise<string> {
    this.errors = ""
    this.process.stdin?.write(`{ ${command}\n} </dev/null\nprintf '\\nexit code %s\\n' $?\n`)
    const output: string[] = []
    for (;;) {
      const { value, done } = await this.lines.next()
      if (done) throw new Error(`The shell ended at: ${command}\n${this.errors}`)
      if (!value.startsWith("exit code ")) output.push(value)
      else if (value === "exit code 0") return output.join("\n").trim()
      else throw new Error(`${command}\n${value}\n${this.errors}`)
    }
  }

  close(): void {
    this.process.kill()
  }
}

/** Opens the authorization request, signs in and allows it. @returns the code in the address that the browser is sent to */
async function signInFor(page: Page, url: string, user: { email: string; password: string }): Promise<string> {
  await page.goto(url)
  await signIn(page, user)
  const redirect = page.waitForRequest((request) => request.url().startsWith("http://localhost:9/callback?"))
  await allow(page)
  const answer = new URL((await redirect).url()).searchParams
  expect(answer.get("state")).toBe("s")
  return remember(answer.get("code")) ?? ""
}

function readTokens(answer: string): Tokens {
  const tokens = JSON.parse(answer) as Tokens
  for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token]) remember(token)
  expect(tokens, answer).toMatchObject({ token_type: "Bearer", scope: "openid email offline_access" })
  return tokens
}

test("every command of the curl page works, in the order of the page", async ({ page }) => {
  const commands = readCommands()
  expect(commands).toHaveLength(11)
  const [create = "", settings = "", verifier = "", challenge = "", link = "", code = ""] = commands
  const [redeem = "", tokens = "", userinfo = "", refresh = "", revoke = ""] = commands.slice(6)
  const user = await insertUser()
  const shell = new Shell()
  try {
    const client = await shell.run(create)
    const [, CLIENT_ID = ""] = /^client_id +(\S+)$/m.exec(client) ?? []
    const [, CLIENT_SECRET = ""] = /^client_secret +(\S+)$/m.exec(client) ?? []
    remember(CLIENT_SECRET)
    await shell.run(fillIn(settings, { CLIENT_ID, CLIENT_SECRET }))

    await shell.run(verifier)
    remember(await shell.run('echo "$VERIFIER"'))
    await shell.run(challenge)
    const CODE = await signInFor(page, await shell.run(link), user)

    await shell.run(fillIn(code, { CODE }))
    const first = readTokens(await shell.run(redeem))
    await shell.run(fillIn(tokens, { ACCESS_TOKEN: first.access_token, REFRESH_TOKEN: first.refresh_token }))
    expect(JSON.parse(await shell.run(userinfo))).toMatchObject({ sub: user.id, email: user.email })

    const second = readTokens(await shell.run(refresh))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await isActive(second.access_token)).toBe(true)
    expect(JSON.parse(await shell.run(revoke))).toEqual({})
    for (const { access_token } of [first, second]) expect(await isActive(access_token)).toBe(false)
  } finally {
    shell.close()
  }
})
