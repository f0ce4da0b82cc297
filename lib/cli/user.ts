import type { Command } from "commander"
import { toLookupEmail } from "@/lib/accounts/email-address"
import { changePassword, createUser, disableUser, enableUser } from "@/lib/accounts/users"
import { deleteUser, findUser, findUserByEmail, listUsers, type User } from "@/lib/data/users"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, missing } from "./action"
import { readPassword } from "./password"
import { formatRecord, formatTable, toSeconds, toText } from "./text"

type Options = { email: string; name?: string; passwordStdin?: boolean; json?: boolean }

export function addUserCommands(program: Command): void {
  const user = program.command("user").description("make and change users; <user> is an email address or a sub")
  const add = (usage: string, description: string) =>
    user.command(usage).description(description).option("--json", "print one JSON object")

  add("create", "make a user; the password is asked for, without showing it")
    .requiredOption("--email <email>", "the email address to sign in with")
    .option("--name <name>", "the name that clients see")
    .option("--password-stdin", "read the password from the first line of standard input")
    .action(action(create))
  add("list", "list all users").action(action(list))
  add("disable <user>", "keep a user from signing in, and end everything they started").action(
    action(change(disableUser)),
  )
  add("enable <user>", "let a disabled user sign in again").action(action(change(enableUser)))
  add("delete <user>", "delete a user with everything that is theirs").action(action(remove))
  add("set-password <user>", "set a user's password, and end everything started with the old one")
    .option("--password-stdin", "read the password from the first line of standard input")
    .action(action(setPassword))
}

/**
 * The User with this email address or sub.
 * @throws OperatorError when there is none
 */
export async function requireUser(emailOrSub: string): Promise<User> {
  const email = toLookupEmail(emailOrSub)
  const user = email === null ? await findUser(emailOrSub) : await findUserByEmail(email)
  return user ?? missing("user", emailOrSub)
}

async function create({ email, name, passwordStdin }: Options): Promise<Answer> {
  const known = toLookupEmail(email)
  if (known !== null && (await findUserByEmail(known))) {
    throw new OperatorError(`There is a user with the email address ${known} already.`)
  }
  const password = await readPassword(passwordStdin ?? false)
  const made = await createUser({ email, name: name ?? null, password })
  if (!made.ok) throw new OperatorError(`The ${made.field} cannot be used: ${made.message}`)
  return answer(made.user)
}

async function list(_options: Options): Promise<Answer> {
  const users = await listUsers()
  const rows = users.map(({ id, email, name, disabledAt }) => [id, email, name ?? "", disabledAt ? "disabled" : ""])
  return {
    json: { users: users.map(toJson) },
    text: formatTable(["SUB", "EMAIL", "NAME", ""], rows, 'There are no users yet. "user create" makes one.'),
  }
}

const change = (apply: (id: string) => Promise<boolean>) => async (emailOrSub: string, _options: Options) => {
  const { id } = await requireUser(emailOrSub)
  await apply(id)
  return answer(await requireUser(id))
}

async function remove(emailOrSub: string, _options: Options): Promise<Answer> {
  const { id, email } = await requireUser(emailOrSub)
  await deleteUser(id)
  return { json: { sub: id, email, deleted: true }, text: `Deleted the user ${email} (${id}).` }
}

async function setPassword(emailOrSub: string, { passwordStdin }: Options): Promise<Answer> {
  const user = await requireUser(emailOrSub)
  const changed = await changePassword(user.id, await readPassword(passwordStdin ?? false))
  if (!changed) missing("user", emailOrSub)
  if (!changed.ok) throw new OperatorError(`The password cannot be used: ${changed.message}`)
  return answer(user)
}

function toJson({ id, email, name, createdAt, disabledAt }: User) {
  return { sub: id, email, name, created_at: toSeconds(createdAt), disabled_at: toSeconds(disabledAt) }
}

function answer(user: User): Answer {
  const { id, email, name, createdAt, disabledAt } = user
  return {
    json: toJson(user),
    text: formatRecord({
      sub: id,
      email,
      name,
      created: toText(createdAt),
      ...(disabledAt && { disabled: toText(disabledAt) }),
    }),
  }
}
