/** An email address inside a text. @param email as its owner reads it */
export function AccountEmail({ email }: { email: string }) {
  return <bdi className="font-medium text-ink [overflow-wrap:anywhere]">{email}</bdi>
}
