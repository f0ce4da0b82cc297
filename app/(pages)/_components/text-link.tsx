import type { ReactNode } from "react"

/** Makes the function that puts a link in place of a tag of a text. */
export function textLink(href: string) {
  return (label: ReactNode) => (
    <a className="link" href={href}>
      {label}
    </a>
  )
}
