import type { Term } from "./scenes"

/** Words that appear for the first time, each with one plain sentence. */
export function Terms({ terms }: { terms: Term[] }) {
  return (
    <dl className="grid gap-2 text-sm">
      {terms.map(({ name, meaning, isCode }) => (
        <div key={name}>
          <dt className={`inline font-semibold ${isCode ? "font-mono text-[0.8125rem]" : ""}`}>{name}</dt>{" "}
          <dd className="inline text-pretty">{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
