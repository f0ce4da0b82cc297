import { normalizeEmail } from "@/lib/accounts/email-address"
import { type ChangeContext, prepareNotice } from "@/lib/accounts/notice"
import { mayChangeFactors } from "@/lib/accounts/passkeys"
import { hashPassword } from "@/lib/accounts/password"
import { findProviderById, type Provider } from "@/lib/accounts/providers"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { deleteLink, findLinkedUser, insertLink, listLinkedAccounts, listProviders } from "@/lib/data/providers"
import { findUserByEmail, insertLinkedUser, type User } from "@/lib/data/users"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import type { ProblemKey } from "@/lib/i18n/texts"
import { log } from "@/lib/log"
import { sendMailInBackground } from "@/lib/mail/outbox"
import { count } from "@/lib/metrics"
import { isDisplayName } from "@/lib/protocol/display-name"
import { generateId, generateToken } from "@/lib/protocol/random"
import { openSealed, seal } from "@/lib/seal"
import {
  makeBrowserSession,
  type NewBrowserSession,
  type SignedIn,
  startBrowserSession,
} from "@/lib/sessions/browser-sessions"
import { beginAtProvider, identifyAtProvider, type ProviderChecks, type ProviderIdentity } from "./provider-identity"

/** How long a person may take at the provider, and to confirm a link, in milliseconds. */
const waitMs = 10 * 60 * 1000

/** The `amr` of a sign-in with a provider. Which methods the provider used is not reported. */
const amr = ["fed"]

/** What the browser keeps sealed while it is at the provider. */
type Visit = ProviderChecks & {
  providerId: string
  /** The User who links an account; null for a sign-in. */
  linkFor: string | null
  next: string | null
  /** Whether the person must sign in there for this visit. */
  fresh: boolean
  expiresAt: number
}

type BrowserContext = ChangeContext & { previousToken: string | null; keepsOthers?: boolean }

/**
 * Begins a sign-in at another provider.
 * @param linkFor the signed-in User who links an account there; null for a sign-in
 * @param fresh whether the person must sign in there now
 * @returns the provider's address and the sealed visit for a cookie; null when there is no such provider or it does not answer
 */
export async function visitProvider(
  providerId: string,
  { linkFor, next, fresh }: { linkFor: string | null; next: string | null; fresh: boolean },
  flow: Flow | null,
): Promise<{ url: string; sealed: string } | null> {
  const provider = await findProviderById(providerId)
  if (!provider) return null
  try {
    const { url, checks } = await beginAtProvider(provider, fresh)
    flow?.step("authorization.redirects_to_provider", () => ({
      provider: provider.name,
      issuer: provider.issuer,
      state: fingerprint(checks.state),
    }))
    const visit: Visit = { ...checks, providerId, linkFor, next, fresh, expiresAt: currentTime().getTime() + waitMs }
    return { url, sealed: await seal("provider-visit", visit) }
  } catch (error) {
    logFailure(provider, error)
    flow?.fail({ reason: "provider_failed" })
    return null
  }
}

function logFailure({ id }: Provider, error: unknown): void {
  const { code, error: refused } = error as { code?: string; error?: string }
  const problem = error instanceof Error ? error.name : "unknown"
  log().warn({ event: "provider_failed", provider: id, problem, code: code ?? refused })
}

/** The result of a visit. */
export type ProviderResult =
  | { outcome: "signed_in"; browserSession: NewBrowserSession; needsCode: boolean; next: string | null }
  /** The person must confirm that the account is linked with the User who has the same address. */
  | { outcome: "confirm"; sealed: string; next: string | null }
  | { outcome: "linked" }
  | { outcome: "failed"; problem: ProblemKey; isLink: boolean }

type Pending = { identity: ProviderIdentity; userId: string; next: string | null; expiresAt: number }

/** How much the clocks of two servers differ, in milliseconds. */
const clockMs = 60 * 1000

/** Whether a provider that was asked for a new sign-in reports an earlier one. Many report nothing. */
export function isEarlierSignIn(
  { authTime }: Pick<ProviderIdentity, "authTime">,
  { fresh, expiresAt }: Pick<Visit, "fresh" | "expiresAt">,
): boolean {
  return fresh && authTime !== null && authTime * 1000 < expiresAt - waitMs - clockMs
}

/**
 * Ends a visit: checks the provider's answer. A visit that was started to link an account links it to that User. Any
 * other signs in the User whom the account is linked to. Without a link, it asks the person to confirm one with the User of
 * the same verified address, or creates a User.
 * @param sealed the visit's cookie
 * @param signedIn the User of this browser
 */
export async function returnFromProvider(
  sealed: string | null,
  query: string,
  signedIn: SignedIn | null,
  by: BrowserContext,
  flow: Flow | null,
): Promise<ProviderResult> {
  const visit = sealed === null ? null : await openSealed<Visit>("provider-visit", sealed)
  const provider = visit && visit.expiresAt > currentTime().getTime() ? await findProviderById(visit.providerId) : null
  const isLink = visit?.linkFor !== null && visit !== null
  const failed = (problem: ProblemKey): ProviderResult => ({ outcome: "failed", problem, isLink })
  if (!visit || !provider) return failed("problems.providerFailed")
  flow?.step("authorization.verifies_provider", () => ({ provider: provider.name, issuer: provider.issuer }))
  let identity: ProviderIdentity
  try {
    identity = await identifyAtProvider(provider, query, visit)
  } catch (error) {
    logFailure(provider, error)
    count("failed_sign_ins", ["provider"])
    flow?.fail({ reason: "provider_failed" })
    return failed("problems.providerFailed")
  }
  if (visit.linkFor !== null) {
    if (signedIn?.user.id !== visit.linkFor) return failed("problems.providerFailed")
    const { user, tokenHash } = signedIn
    const outcome = await link(user, provider, identity, by, tokenHash)
    if (outcome === "stored") return { outcome: "linked" }
    return failed(outcome === "exists" ? "problems.providerTaken" : "problems.providerFailed")
  }
  const { next } = visit
  if (isEarlierSignIn(identity, visit)) {
    flow?.fail({ reason: "provider_failed" })
    return failed("problems.providerFailed")
  }
  // Before the User is looked up: what changes about them later comes after this sign-in.
  const lookedUpAt = currentTime()
  const linked = await findLinkedUser(provider.id, identity.subject)
  if (linked) return linked.disabledAt ? failed("problems.providerFailed") : signIn(linked, by, lookedUpAt, next, flow)
  const email = identity.email === null ? null : normalizeEmail(identity.email)
  if (email === null) return failed("problems.providerNoEmail")
  const known = await findUserByEmail(email)
  if (known) {
    // A provider sign-in has no second factor, so it must not link to an account that has one. The owner can link it when signed in.
    const isProtected = !(await mayChangeFactors({ user: known, amr }))
    if (known.emailVerifiedAt === null || known.disabledAt || isProtected) return failed("problems.providerUnverified")
    const pending: Pending = { identity, userId: known.id, next, expiresAt: currentTime().getTime() + waitMs }
    return { outcome: "confirm", sealed: await seal("provider-link", pending), next }
  }
  if (!config().SIGN_UP) return failed("problems.providerNoAccount")
  return createUser(email, identity, by, next, flow)
}

async function signIn(
  user: User,
  by: BrowserContext,
  authenticatedAt: Date,
  next: string | null,
  flow: Flow | null,
): Promise<ProviderResult> {
  count("sign_ins", ["provider"])
  flow?.concerns({ userId: user.id })
  const needsCode = user.totp !== null
  const facts = { source: by.source, keepsOthers: by.keepsOthers, amr, kind: needsCode ? null : undefined }
  const browserSession = await startBrowserSession(user.id, by.previousToken, authenticatedAt, facts)
  return { outcome: "signed_in", browserSession, needsCode, next }
}

/** The new User has a password that no one knows, and can set one by e-mail. */
async function createUser(
  email: string,
  { providerId, subject, name }: ProviderIdentity,
  { source, locale, previousToken, keepsOthers }: BrowserContext,
  next: string | null,
  flow: Flow | null,
): Promise<ProviderResult> {
  const id = generateId()
  const now = currentTime()
  const shown = name !== null && isDisplayName(name) ? name : null
  const passwordHash = await hashPassword(generateToken())
  const { browserSession, start } = makeBrowserSession(previousToken, now, {
    source,
    amr,
    kind: "signed_up",
    keepsOthers,
  })
  const created = { id, email, emailVerifiedAt: now, name: shown, passwordHash, locale }
  const stored = await insertLinkedUser(created, { providerId, subject, userId: id, email, createdAt: now }, start)
  if (!stored) return { outcome: "failed", problem: "problems.providerFailed", isLink: false }
  flow?.concerns({ userId: id })
  return { outcome: "signed_in", browserSession, needsCode: false, next }
}

async function link(
  user: User,
  provider: Provider,
  { subject, email }: ProviderIdentity,
  by: BrowserContext,
  browserSession: string | null,
): ReturnType<typeof insertLink> {
  const row = { providerId: provider.id, subject, userId: user.id, email, createdAt: currentTime() }
  const stored = await insertLink(row, await prepareNotice(user, "provider_linked", by, provider.name), browserSession)
  void sendMailInBackground()
  return stored
}

/** What the page shows that asks to confirm a link; null when it cannot be confirmed any more. */
export async function findPendingLink(sealed: string): Promise<{ provider: Provider; user: User } | null> {
  const pending = await openSealed<Pending>("provider-link", sealed)
  if (!pending || pending.expiresAt <= currentTime().getTime()) return null
  const provider = await findProviderById(pending.identity.providerId)
  const user =
    pending.identity.email === null ? null : await findUserByEmail(normalizeEmail(pending.identity.email) ?? "")
  // The address may have changed since.
  const isTheirs = user?.id === pending.userId && user.emailVerifiedAt !== null && user.disabledAt === null
  return provider && user && isTheirs && (await mayChangeFactors({ user, amr })) ? { provider, user } : null
}

/** Links the account after the person has confirmed it, and signs the User in. */
export async function confirmLink(sealed: string, by: BrowserContext, flow: Flow | null): Promise<ProviderResult> {
  const lookedUpAt = currentTime()
  const found = await findPendingLink(sealed)
  const pending = await openSealed<Pending>("provider-link", sealed)
  const isLinked = found && pending && (await link(found.user, found.provider, pending.identity, by, null)) === "stored"
  if (!isLinked) {
    return { outcome: "failed", problem: "problems.providerFailed", isLink: false }
  }
  return signIn(found.user, by, lookedUpAt, pending.next, flow)
}

/** The providers, each with the User's link to it, if there is one. */
export async function listLinks(user: User) {
  const [providers, links] = await Promise.all([listProviders(), listLinkedAccounts(user.id)])
  return providers.map((provider) => ({ provider, link: links.find((one) => one.providerId === provider.id) ?? null }))
}

/** Ends a User's link to a provider. @returns false when there is none */
export async function unlink(user: User, providerId: string, by: ChangeContext): Promise<boolean> {
  const found = (await listLinkedAccounts(user.id)).find((one) => one.providerId === providerId)
  if (!found) return false
  const notice = await prepareNotice(user, "provider_unlinked", by, found.provider.name)
  const done = await deleteLink(user.id, providerId, found.subject, notice)
  void sendMailInBackground()
  return done
}
