import { type ReactNode, useState } from "react"
import { type FlowQuery, formatMinute, periods } from "@/lib/flows/flow-search"
import { formatReason } from "@/lib/flows/reasons"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { outcomeLooks } from "./outcome-pill"

type Props = { query: FlowQuery; flows: FlowSummary[] }

/** The search form. It works without scripts; with them, a choice is submitted without the button. */
export function FlowFilter({ query, flows }: Props) {
  const [period, setPeriod] = useState<string>(query.period ?? "")
  const isFiltered = Boolean(query.text || query.outcome || query.period)
  return (
    <search aria-label="Flows">
      <form action="/flows" className="mt-6 grid grid-cols-2 gap-3 lg:grid-cols-[1fr_11rem_13rem_auto]">
        <Labelled label="Search" htmlFor="q" className="max-lg:col-span-full">
          <input
            id="q"
            name="q"
            type="search"
            className="field"
            defaultValue={query.text}
            placeholder="Client, email, reason or flow ID"
            list="suggestions"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={256}
          />
          <datalist id="suggestions">
            {listSuggestions(flows).map((text) => (
              <option key={text} value={text} />
            ))}
          </datalist>
        </Labelled>
        <Labelled label="Started" htmlFor="period">
          <select
            id="period"
            name="period"
            className="field"
            value={period}
            onChange={({ currentTarget: { value, form } }) => {
              setPeriod(value)
              if (value !== "custom") form?.requestSubmit()
            }}
          >
            <option value="">Any time</option>
            {Object.entries(periods).map(([value, { label }]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            <option value="custom">Custom range</option>
          </select>
        </Labelled>
        <Labelled label="Outcome" htmlFor="outcome">
          <select
            id="outcome"
            name="outcome"
            className="field"
            defaultValue={query.outcome}
            onChange={(event) => event.currentTarget.form?.requestSubmit()}
          >
            <option value="">Any outcome</option>
            {Object.entries(outcomeLooks).map(([outcome, { label }]) => (
              <option key={outcome} value={outcome}>
                {label}
              </option>
            ))}
            <option value="refused">With refused requests</option>
          </select>
        </Labelled>
        {period === "custom" && (
          <fieldset className="col-span-full grid gap-3 lg:order-last sm:grid-cols-2 lg:w-xl">
            <legend className="sr-only">Custom range, in UTC</legend>
            <Minute name="from" label="From (UTC)" value={query.from} />
            <Minute name="to" label="To (UTC)" value={query.to} />
          </fieldset>
        )}
        <div className="flex items-end gap-2 max-lg:col-span-full">
          <button type="submit" className="button button-primary flex-1">
            Search
          </button>
          {isFiltered && (
            <a className="button button-plain" href="/flows">
              Clear
            </a>
          )}
        </div>
      </form>
    </search>
  )
}

/** The names of the clients and the reasons in the list. */
function listSuggestions(flows: FlowSummary[]): string[] {
  return [
    ...new Set(
      flows.flatMap(({ client, reason }) => [
        ...(client ? [client.name] : []),
        ...(reason ? [formatReason(reason)] : []),
      ]),
    ),
  ]
}

function Minute({ name, label, value }: { name: string; label: string; value: number | undefined }) {
  return (
    <Labelled label={label} htmlFor={name}>
      <input id={name} name={name} type="datetime-local" className="field" defaultValue={formatMinute(value)} />
    </Labelled>
  )
}

type LabelledProps = { label: string; htmlFor: string; className?: string; children: ReactNode }

function Labelled({ label, htmlFor, className = "", children }: LabelledProps) {
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={htmlFor} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children}
    </div>
  )
}
