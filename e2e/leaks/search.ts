const minLength = 8

/** The forms in which a secret might have been written down. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const parts = [
    secret,
    ...secret.split(".").filter((part, i, all) => all.length > 1 && i === all.length - 1 && part.length >= 20),
  ]
  return parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    new URLSearchParams({ v: part }).toString().slice(2),
    JSON.stringify(part).slice(1, -1),
    bytes.toString("hex"),
    ...insideBase64(part),
  ])
}

/**
 * What base64 makes of a text in the midst of another, such as a secret after `client_id:` in a Basic header: three
 * forms, by where it begins. The characters at both ends, which its neighbours have a share in, are left out.
 */
function insideBase64(text: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
    const shared = bytes.length % 3
    const whole = bytes.subarray(0, bytes.length - shared)
    return (["base64", "base64url"] as const).map((encoding) => whole.toString(encoding).slice(before === 0 ? 0 : 4))
  })
}

/** Searches for many secrets in one pass. @returns for a text, the secrets that it contains in any form */
export function makeSearch(secrets: string[]): (text: string) => string[] {
  const byBeginning = new Map<string, { form: string; secret: string }[]>()
  for (const secret of secrets) {
    for (const form of new Set(formsOf(secret))) {
      if (form.length < minLength) continue
      const beginning = form.slice(0, minLength)
      const list = byBeginning.get(beginning) ?? []
      list.push({ form, secret })
      byBeginning.set(beginning, list)
    }
  }
  return (text) => {
    const found = new Set<string>()
    for (let i = 0; i + minLength <= text.length; i++) {
      for (const { form, secret } of byBeginning.get(text.slice(i, i + minLength)) ?? [])
        if (text.startsWith(form, i)) found.add(secret)
    }
    return [...found]
  }
}
