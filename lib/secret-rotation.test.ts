import { Secret, TOTP } from "otpauth"
import { beforeAll, expect, test } from "vitest"
import { beginTotpSetup, confirmTotpSetup, verifySecondFactor } from "@/lib/accounts/second-factor"
import { beginAuthorization, decodeStateToken, sealStateToken } from "@/lib/authorization/state-token"
import { findInitialAccessToken, issueInitialAccessToken } from "@/lib/clients/initial-access-token"
import { type Config, config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { findUser, type User } from "@/lib/data/users"
import { Flow } from "@/lib/flows/flow"
import { ensureSigningKeys, getActiveKey } from "@/lib/keys/signing-keys"
import { listOutbox, prepareMail } from "@/lib/mail/outbox"
import { perProcess } from "@/lib/per-process"
import { hashToken } from "@/lib/protocol/random"
import { refreshTokens } from "@/lib/refresh/refresh"
import { openSealed, seal } from "@/lib/seal"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { currentDpopNonce, verifyDpopProof } from "@/lib/sessions/dpop"
import { generateRefreshToken } from "@/lib/sessions/refresh-token"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { storeStartedSession, storeUser } from "@/lib/testing/rows"
import { testSecret } from "@/lib/testing/settings"
import { WrongSecretError } from "./secret"
import { describeSecrets, recordSecrets, reencrypt } from "./secret-rotation"

const newSecret = "another secret for the unit tests, of no use elsewhere"

/** Continues as a process with this SECRET would, on the same database. */
function restartWith(...secrets: string[]): void {
  perProcess<Config>("config").value = { ...config(), SECRET: secrets }
  for (const name of ["secrets", "derived keys", "key ring", "imported keys"]) perProcess(name).value = undefined
}

async function startRefreshing() {
  const { id, client } = await storeStartedSession()
  const refreshToken = generateRefreshToken(id)
  await (await database()).session.update({ where: { id }, data: { refreshTokenHash: hashToken(refreshToken) } })
  const refresh = async (token: string) => {
    const request = { refreshToken: token, scope: undefined, resource: [] }
    return (await refreshTokens(client, request, new Flow("POST", "/refresh"))).refresh_token ?? ""
  }
  return { id, refreshToken, refresh }
}

describeOnEachDatabase(
  "when SECRET is rotated",
  () => {
    let user: User
    let recoveryCodes: string[]
    let kid: string

    beforeAll(async () => {
      await ensureSigningKeys()
      kid = (await getActiveKey("ES256")).kid
      user = await storeUser()
      const { token } = await startBrowserSession(user.id, null)
      const { secret, setup } = await beginTotpSetup(user)
      const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
      const by = { locale: "en", source: { browser: null, os: null }, amr: ["pwd"] } as const
      recoveryCodes =
        (await confirmTotpSetup(user, setup, code, { ...by, amr: [...by.amr], tokenHash: hashToken(token) })) ?? []
      user = (await findUser(user.id)) ?? user
      const provider = { id: "acme", name: "Acme", kind: "oidc", issuer: "https://acme.example", clientId: "x" }
      const clientSecret = await seal("provider", "the client secret")
      await (await database()).provider.create({
        data: { ...provider, clientSecret, scope: "openid", createdAt: new Date() },
      })
      const mail = await prepareMail({ kind: "passwordChanged", to: user.email, locale: "en" })
      if (mail) await (await database()).mail.create({ data: mail })
      await recordSecrets(new Date())
    })

    test("what is on its way with the older secret is still valid, and is not without it", async () => {
      const request = { clientId: "client" } as never
      const stateToken = await sealStateToken(beginAuthorization("flow", request, "browser"))
      const initial = await issueInitialAccessToken({ seconds: 60, reusable: false })
      const nonce = currentDpopNonce()
      const proof = await makeProof(nonce)
      const { id, refreshToken, refresh } = await startRefreshing()
      const second = await refresh(refreshToken)

      restartWith(newSecret, testSecret)
      expect((await decodeStateToken(stateToken))?.id).toBe("flow")
      expect(await findInitialAccessToken(initial)).not.toBeNull()
      await expect(verifyDpopProof(proof, { method: "POST", path: "/token" })).resolves.toBeTruthy()
      // The answer to the first refresh was lost: the client gets the same token again, and goes on with it.
      expect(await refresh(refreshToken)).toBe(second)
      const third = await refresh(second)
      expect(await refresh(second)).toBe(third)
      // An instance that still has the older secret first gives the same token.
      restartWith(testSecret, newSecret)
      expect(await refresh(second)).toBe(third)
      // A replay is found by the tag of the older secret.
      restartWith(newSecret, testSecret)
      await expect(refresh(refreshToken)).rejects.toThrow(oauthError("invalid_grant", "refresh_token_replayed"))
      const row = await (await database()).session.findUnique({ where: { id } })
      expect(row?.revokedReason).toBe("refresh_token_replayed")

      restartWith(newSecret)
      expect(await decodeStateToken(stateToken)).toBeNull()
      expect(await findInitialAccessToken(initial)).toBeNull()
      restartWith(testSecret)
    })

    test("`secret reencrypt` encrypts again what is stored, and then the older secret can be removed", async () => {
      restartWith(newSecret)
      await expect(getActiveKey("ES256")).rejects.toThrow(WrongSecretError)
      restartWith(newSecret, testSecret)
      expect((await getActiveKey("ES256")).kid).toBe(kid)
      expect(await reencrypt()).toEqual({ "signing-key": 2, totp: 1, provider: 1, mail: 2 })
      expect(await reencrypt()).toEqual({ "signing-key": 0, totp: 0, provider: 0, mail: 0 })

      restartWith(newSecret)
      expect((await getActiveKey("ES256")).kid).toBe(kid)
      const provider = await (await database()).provider.findUnique({ where: { id: "acme" } })
      expect(await openSealed("provider", provider?.clientSecret ?? "")).toBe("the client secret")
      expect((await listOutbox(10)).map(({ to }) => to)).toEqual([user.email, user.email])
      user = (await findUser(user.id)) ?? user
      expect(await verifySecondFactor(user, recoveryCodes[0] ?? "")).toEqual({ used: "recovery_code" })
      expect(await verifySecondFactor(user, recoveryCodes[0] ?? "")).toEqual({ used: null })
    })

    test("an older secret can be removed when the last refresh token that it protects has expired", async () => {
      const [switched, later] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-01-05T00:00:00Z")]
      restartWith(testSecret)
      await recordSecrets(switched)
      restartWith(newSecret, testSecret)
      await recordSecrets(later)
      const [newest, older, ...others] = await describeSecrets(later)
      expect(others).toEqual([])
      expect(newest).toMatchObject({ lastUsedAt: later, removableAt: null })
      // 30 days, the idle time of a Session.
      expect(older).toMatchObject({ lastUsedAt: switched, removableAt: new Date("2026-01-31T00:00:00Z") })
    })
  },
  { DEMO: "on" },
)

async function makeProof(nonce: string): Promise<string> {
  const { exportJWK, generateKeyPair, SignJWT } = await import("jose")
  const { privateKey, publicKey } = await generateKeyPair("ES256")
  return new SignJWT({ htm: "POST", htu: `${config().issuer}/token`, jti: "one", nonce })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey)
}
