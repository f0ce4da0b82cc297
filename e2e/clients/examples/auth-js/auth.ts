import NextAuth from "next-auth"
import type { JWT } from "next-auth/jwt"

export const { ISSUER = "http://localhost:3000" } = process.env
const { CLIENT_ID = "", CLIENT_SECRET = "" } = process.env

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: "oauth-flow",
      name: "OAuth Flow",
      type: "oidc",
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { scope: "openid profile email" } },
      checks: ["pkce", "state", "nonce"],
    },
  ],
  callbacks: {
    async jwt({ token, account }) {
      if (account) {
        const { access_token = "", refresh_token = "", id_token = "", expires_at = 0 } = account
        return { ...token, access_token, refresh_token, id_token, expires_at }
      }
      // Half a minute early, so that the token does not expire on the way to the API.
      return Date.now() < (token.expires_at - 30) * 1000 ? token : refresh(token)
    },
    async session({ session, token }) {
      const headers = { Authorization: `Bearer ${token.access_token}` }
      const signal = AbortSignal.timeout(5_000)
      const response = await fetch(`${ISSUER}/userinfo`, { headers, signal }).catch(() => null)
      const user = response?.ok ? await response.json().catch(() => null) : null
      return { ...session, user: user ?? session.user, idToken: token.id_token }
    },
  },
})

/**
 * Auth.js signs the user out when a callback throws, so this never does.
 * @returns null, which signs the user out, when this server has ended the Session; the old token after any other failure
 */
async function refresh(token: JWT): Promise<JWT | null> {
  try {
    const response = await fetch(`${ISSUER}/token`, {
      method: "POST",
      signal: AbortSignal.timeout(5_000),
      body: new URLSearchParams({
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        grant_type: "refresh_token",
        refresh_token: token.refresh_token,
      }),
    })
    if (response.status === 400) return null
    if (!response.ok) return token
    const { access_token, refresh_token, expires_in } = await response.json()
    const expires_at = Math.floor(Date.now() / 1000 + expires_in)
    return refresh_token ? { ...token, access_token, refresh_token, expires_at } : token
  } catch {
    return token
  }
}

declare module "next-auth" {
  interface Session {
    idToken: string
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    access_token: string
    refresh_token: string
    id_token: string
    expires_at: number
  }
}
