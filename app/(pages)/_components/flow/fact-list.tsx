import type { ReactNode } from "react"
import type { FieldDescription } from "./field-descriptions"

type Entry = { name: string; value: ReactNode; description: FieldDescription | null }

/** Names with their values, each with a description and its source. */
export function FactList({ entries }: { entries: Entry[] }) {
  return (
    <dl className="divide-y divide-line">
      {entries.map(({ name, value, description }) => (
        <div key={name} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2.5 first:pt-0 last:pb-0">
          <dt className="font-mono text-[0.8125rem] font-medium text-muted [overflow-wrap:anywhere]">{name}</dt>
          <dd className="max-w-full min-w-0 text-sm">{value}</dd>
          {description && (
            <dd className="basis-full text-[0.8125rem] text-muted text-pretty">
              {description.text}
              {description.source && (
                <span className="ms-1.5 text-xs">{description.source.replaceAll(" §", "\u00a0§")}</span>
              )}
            </dd>
          )}
        </div>
      ))}
    </dl>
  )
}
