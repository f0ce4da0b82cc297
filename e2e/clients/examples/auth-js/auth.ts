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
      const response = await fetch(`${ISSUER}/userinfo`, { headers })
      if (!response.ok) throw new Error(`/userinfo answered ${response.status}`)
      return { ...session, user: await response.json(), idToken: token.id_token }
    },
  },
})

/** @returns null, which signs the user out, when this server has ended the Session */
async function refresh(token: JWT): Promise<JWT | null> {
  const response = await fetch(`${ISSUER}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: "refresh_token",
      refresh_token: token.refresh_token,
    }),
  })
  if (response.status === 400) return null
  if (!response.ok) throw new Error(`/token answered ${response.status}`)
  const { access_token, refresh_token, expires_in } = await response.json()
  return { ...token, access_token, refresh_token, expires_at: Math.floor(Date.now() / 1000 + expires_in) }
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
