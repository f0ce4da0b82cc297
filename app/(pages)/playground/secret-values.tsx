import type { Run } from "./run"

/** The code verifier and the challenge computed from it. */
export function SecretValues({ secret }: { secret: NonNullable<Run["secret"]> }) {
  return (
    <dl className="grid gap-1 rounded-lg bg-sunken p-3 text-sm">
      <dt className="text-xs text-muted">
        <code>code_verifier</code> (kept for now)
      </dt>
      <dd className="font-mono text-xs break-all text-string">{secret.codeVerifier}</dd>
      <dt className="mt-1 flex items-center gap-2 text-xs text-muted">
        <svg viewBox="0 0 12 20" className="h-5 w-3 fill-none stroke-current stroke-[1.5]" aria-hidden="true">
          <path d="M6 0 V19 M2 14 L6 19 L10 14" />
        </svg>
        <span>
          hashed with SHA-256 → <code>code_challenge</code> (sent next)
        </span>
      </dt>
      <dd className="font-mono text-xs break-all text-accent">{secret.codeChallenge}</dd>
    </dl>
  )
}
