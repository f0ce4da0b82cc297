import type { Command } from "commander"
import { deleteAccount } from "@/lib/accounts/account-data"
import { toLookupEmail } from "@/lib/accounts/email-address"
import { linkSeconds } from "@/lib/accounts/email-links"
import { listPasskeys, removePasskey } from "@/lib/accounts/passkeys"
import { makeResetLink } from "@/lib/accounts/reset-password"
import { countCodes, removeTotp } from "@/lib/accounts/second-factor"
import {
  type ClaimProblem,
  changePassword,
  changeProfile,
  createUser,
  disableUser,
  enableUser,
  type UserProblem,
} from "@/lib/accounts/users"
import { byOperator } from "@/lib/data/audit-events"
import { listLinkedAccounts } from "@/lib/data/providers"
import { findUser, findUserByEmail, listUsers, type User } from "@/lib/data/users"
import { textsIn } from "@/lib/i18n/texts"
import { OperatorError } from "@/lib/operator-errors"
import { type Claims, type ClaimValue, standardClaims } from "@/lib/protocol/claims"
import { type Answer, action, addJsonOption, addYesOption, throwNotFound, UsageError } from "./action"
import { confirm } from "./confirm"
import { readPassword } from "./password"
import { formatRecord, formatTable, toSeconds, toText } from "./text"

type Options = {
  email: string
  emailVerified?: boolean
  name?: string
  claim?: string[]
  passwordStdin?: boolean
  json?: boolean
}
type ConfirmOptions = { yes?: boolean; json?: boolean }

export function addUserCommands(program: Command): void {
  const user = program.command("user").description("create and manage users; <user> is an email address or a sub")
  const add = (usage: string, description: string) => addJsonOption(user.command(usage).description(description))

  add("create", "create a user; asks for the password without showing it")
    .requiredOption("--email <email>", "the email address to sign in with")
    .option("--email-verified", "vouch for the email address: clients get email_verified: true")
    .option("--name <name>", "the name that clients see")
    .option("--password-stdin", "read the password from the first line of standard input")
    .action(action(create))
  add("list", "list all users").action(action(list))
  add("show <user>", "show a user").action(action(show))
  add("update <user>", "change a user's email address or name; their sub and sessions stay")
    .option("--email <email>", "the new email address to sign in with; it is not verified unless you say so")
    .option("--email-verified", "vouch for the email address: clients get email_verified: true")
    .option("--no-email-verified", "say that it may be someone else's: clients get email_verified: false")
    .option("--name <name>", 'the new name that clients see; "" removes it')
    .option("--claim <claim=value...>", 'set another claim: nickname=Ada or groups=["staff"]; "nickname=" removes it')
    .action(action(update))
  add("verify <user>", "vouch for a user's email address").action(action(verify))
  add(
    "reset-password <user>",
    "print a link with which the user chooses a new password; it works once, for 30 minutes",
  ).action(action(printResetLink))
  addYesOption(
    add("factors <user>", "show how a user can sign in: authenticator app, recovery codes, passkeys, providers"),
  )
    .option("--remove-totp", "remove the authenticator app, for a user who has lost it")
    .option("--remove-passkey <id>", "remove a passkey, for a user who has lost it")
    .action(action(showFactors))
  addYesOption(add("disable <user>", "block sign-in and end all of the user's sessions")).action(action(disable))
  add("enable <user>", "let a disabled user sign in again").action(action(enable))
  addYesOption(add("delete <user>", "delete a user and all their data")).action(action(remove))
  add("set-password <user>", "set a user's password and end all of their sessions")
    .option("--password-stdin", "read the password from the first line of standard input")
    .action(action(setPassword))
}

/**
 * Gets the User with this email address or sub.
 * @throws OperatorError when no such User exists
 */
export async function getUser(emailOrSub: string): Promise<User> {
  const email = toLookupEmail(emailOrSub)
  const user = email === null ? await findUser(emailOrSub) : await findUserByEmail(email)
  return user ?? throwNotFound("user", emailOrSub)
}

async function create({ email, emailVerified, name, passwordStdin }: Options): Promise<Answer> {
  const known = toLookupEmail(email)
  if (known !== null && (await findUserByEmail(known))) {
    throw new OperatorError(
      `A user with the email address ${known} already exists. Use another address, or change that user with: user update`,
    )
  }
  const password = await readPassword(passwordStdin ?? false)
  const created = await createUser({ email, emailVerified, name: name ?? null, password })
  if (!created.ok) throw toOperatorError(created)
  return answer(created.user)
}

async function list(_options: Options): Promise<Answer> {
  const users = await listUsers()
  const rows = users.map(({ id, email, name, disabledAt }) => [id, email, name ?? "", disabledAt ? "disabled" : ""])
  return {
    json: { users: users.map(toJson) },
    text: formatTable(
      ["SUB", "EMAIL", "NAME", ""],
      rows,
      "No users yet. Create one with: npm run -s cli -- user create",
    ),
  }
}

async function show(emailOrSub: string, _options: Options): Promise<Answer> {
  return answer(await getUser(emailOrSub))
}

async function update(emailOrSub: string, options: Partial<Options>): Promise<Answer> {
  const { email, emailVerified, name, claim } = options
  if (email === undefined && emailVerified === undefined && name === undefined && claim === undefined) {
    throw new UsageError("No change given. Run with --help for usage.")
  }
  const { id } = await getUser(emailOrSub)
  const changed =
    (await changeProfile(id, { email, emailVerified, name, claims: claim && parseClaimOptions(claim) }, byOperator)) ??
    throwNotFound("user", emailOrSub)
  if (!changed.ok) throw toOperatorError(changed)
  return answer(changed.user)
}

/** @throws UsageError when an option has no name or no = */
function parseClaimOptions(options: string[]): Claims {
  const entries = options.map((option) => {
    const at = option.indexOf("=")
    if (at < 1) throw new UsageError(`The claim '${option}' has no value. Write it as name=value.`)
    return [option.slice(0, at), parseClaimValue(option.slice(0, at), option.slice(at + 1))] as const
  })
  return Object.fromEntries(entries)
}

/** The value as JSON where it is JSON, and otherwise as text. A standard claim with text stays text. */
function parseClaimValue(name: string, text: string): ClaimValue {
  if (text === "") return null
  try {
    const value = JSON.parse(text) as ClaimValue
    return typeof value === "number" && standardClaims.includes(name) ? text : value
  } catch {
    return text
  }
}

async function disable(emailOrSub: string, options: ConfirmOptions): Promise<Answer> {
  const { id, email } = await getUser(emailOrSub)
  await confirm(`Block sign-in for ${email} and end all of their sessions?`, options)
  await disableUser(id)
  return answer(await getUser(id))
}

async function enable(emailOrSub: string, _options: Options): Promise<Answer> {
  const { id } = await getUser(emailOrSub)
  await enableUser(id)
  return answer(await getUser(id))
}

async function remove(emailOrSub: string, options: ConfirmOptions): Promise<Answer> {
  const user = await getUser(emailOrSub)
  const { id, email } = user
  await confirm(`Delete the user ${email} (${id}) and all their data?`, options)
  if (!(await deleteAccount(user, "en", byOperator)))
    throw new OperatorError("The user was changed meanwhile. Try again.")
  return { json: { sub: id, email, deleted: true }, text: `Deleted the user ${email} (${id}).` }
}

async function setPassword(emailOrSub: string, { passwordStdin }: Options): Promise<Answer> {
  const user = await getUser(emailOrSub)
  const password = await readPassword(passwordStdin ?? false)
  const changed = (await changePassword(user.id, password)) ?? throwNotFound("user", emailOrSub)
  if (!changed.ok) throw toOperatorError(changed)
  return answer(user)
}

async function verify(emailOrSub: string, _options: Options): Promise<Answer> {
  const { id } = await getUser(emailOrSub)
  await changeProfile(id, { emailVerified: true }, byOperator)
  return answer(await getUser(id))
}

async function printResetLink(emailOrSub: string, _options: Options): Promise<Answer> {
  const user = await getUser(emailOrSub)
  const link = await makeResetLink(user)
  return {
    json: { sub: user.id, email: user.email, link, expires_in: linkSeconds },
    text: `Give this link to ${user.email}. It works once, for ${linkSeconds / 60} minutes:\n${link}`,
  }
}

async function showFactors(
  emailOrSub: string,
  options: ConfirmOptions & { removeTotp?: boolean; removePasskey?: string },
): Promise<Answer> {
  const user = await getUser(emailOrSub)
  if (options.removeTotp) {
    await confirm(`Remove the authenticator app and the recovery codes of ${user.email}?`, options)
    const by = { source: byOperator, locale: "en" } as const
    if (!(await removeTotp(user, by))) throw new OperatorError(`${user.email} has no authenticator app.`)
  }
  if (options.removePasskey !== undefined) {
    await confirm(`Remove a passkey of ${user.email}?`, options)
    const by = { source: byOperator, locale: "en" } as const
    if ((await removePasskey(user, options.removePasskey, by)) === null) {
      throw new OperatorError(
        `${user.email} has no passkey with this ID. List them with: npm run -s cli -- user factors ${user.email} --json`,
      )
    }
  }
  const current = await getUser(user.id)
  const [codes, passkeys, links] = await Promise.all([
    countCodes(current),
    listPasskeys(current.id),
    listLinkedAccounts(current.id),
  ])
  return {
    json: {
      sub: current.id,
      email: current.email,
      totp: current.totp !== null,
      recovery_codes_left: codes,
      passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
        id,
        name,
        created_at: toSeconds(createdAt),
        last_used_at: toSeconds(lastUsedAt),
      })),
      providers: links.map(({ provider, subject }) => ({ id: provider.id, sub: subject })),
    },
    text: formatRecord({
      sub: current.id,
      email: current.email,
      "authenticator app": current.totp ? "yes" : "no",
      "recovery codes left": String(codes),
      passkeys: passkeys.map(({ name }) => name).join(", ") || "none",
      providers: links.map(({ provider }) => provider.name).join(", ") || "none",
    }),
  }
}

function toOperatorError(problem: UserProblem | ClaimProblem): OperatorError {
  const { field } = problem
  const message = "message" in problem ? problem.message : textsIn("en").t(problem.problem)
  return new OperatorError(`The ${field} cannot be used: ${message}`)
}

function toJson({ id, email, emailVerifiedAt, name, claims, createdAt, disabledAt }: User) {
  return {
    sub: id,
    email,
    email_verified: emailVerifiedAt !== null,
    name,
    created_at: toSeconds(createdAt),
    disabled_at: toSeconds(disabledAt),
    claims: JSON.parse(claims),
  }
}

function answer(user: User): Answer {
  const { id, email, emailVerifiedAt, name, claims, createdAt, disabledAt } = user
  return {
    json: toJson(user),
    text: formatRecord({
      sub: id,
      email,
      ...(emailVerifiedAt && { "email verified": toText(emailVerifiedAt) }),
      name,
      ...(JSON.parse(claims) as Claims),
      created: toText(createdAt),
      ...(disabledAt && { disabled: toText(disabledAt) }),
    }),
  }
}
