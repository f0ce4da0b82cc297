import type { ReactNode } from "react"
import type { Meaning } from "./meanings"

type Entry = { name: string; value: ReactNode; meaning: Meaning | null }

/** Names with their values, and under each what it means and where that is written. */
export function FactList({ entries }: { entries: Entry[] }) {
  return (
    <dl className="divide-y divide-line">
      {entries.map(({ name, value, meaning }) => (
        <div key={name} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2.5 first:pt-0 last:pb-0">
          <dt className="font-mono text-[13px] font-medium text-muted [overflow-wrap:anywhere]">{name}</dt>
          <dd className="max-w-full min-w-0 text-sm">{value}</dd>
          {meaning && (
            <dd className="basis-full text-[13px] text-muted text-pretty">
              {meaning.text}
              {meaning.source && <span className="ms-1.5 text-xs">{meaning.source.replaceAll(" §", "\u00a0§")}</span>}
            </dd>
          )}
        </div>
      ))}
    </dl>
  )
}
