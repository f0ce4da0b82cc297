import { redirect } from "next/navigation"
import { auth, ISSUER, signIn, signOut } from "../auth"

async function startSignIn() {
  "use server"
  await signIn("oauth-flow")
}

async function signOutEverywhere() {
  "use server"
  const session = await auth()
  await signOut({ redirect: false })
  if (!session) redirect("/")
  const query = new URLSearchParams({
    id_token_hint: session.idToken,
    post_logout_redirect_uri: `${process.env.AUTH_URL}/`,
  })
  redirect(`${ISSUER}/end-session?${query}`)
}

export default async function Page() {
  const session = await auth()
  return session ? (
    <form action={signOutEverywhere}>
      <p>
        {session.user?.name ?? "Someone"}, {session.user?.email} is signed in.
      </p>
      <button type="submit">Sign out</button>
    </form>
  ) : (
    <form action={startSignIn}>
      <p>No one is signed in.</p>
      <button type="submit">Sign in</button>
    </form>
  )
}
