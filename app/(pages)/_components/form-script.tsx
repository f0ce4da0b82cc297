import { headers } from "next/headers"

/** The script that forms are more comfortable with, under the nonce that proxy.ts gave this answer. */
export async function FormScript() {
  const nonce = (await headers()).get("x-nonce") ?? undefined
  return <script src="/form.js" defer nonce={nonce} />
}
