import type { ReactNode } from "react"
import type { FlowQuery } from "@/lib/flows/flow-search"
import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { outcomeLooks } from "./outcome-pill"

type Props = { query: FlowQuery; flows: FlowSummary[] }

/** Asks for some of the flows. A form that works by itself; with scripts a choice needs no button. */
export function FlowFilter({ query, flows }: Props) {
  const clients = new Map(flows.flatMap(({ client }) => (client ? [[client.id, client.name] as const] : [])))
  const asked = Boolean(query.clientId || query.outcome || query.id)
  return (
    <search aria-label="Flows">
      <form action="/flows" className="mt-6 grid gap-3 sm:grid-cols-2 lg:grid-cols-[1fr_11rem_1.2fr_auto]">
        <Labelled label="Client" htmlFor="client">
          <input
            id="client"
            name="client"
            className="field"
            defaultValue={query.clientId}
            placeholder="client_id"
            list="clients"
            autoComplete="off"
            spellCheck={false}
          />
          <datalist id="clients">
            {[...clients].map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </datalist>
        </Labelled>
        <Labelled label="Outcome" htmlFor="outcome">
          <select
            id="outcome"
            name="outcome"
            className="field"
            defaultValue={query.outcome}
            onChange={(event) => event.currentTarget.form?.requestSubmit()}
          >
            <option value="">Any</option>
            {Object.entries(outcomeLooks).map(([outcome, { label }]) => (
              <option key={outcome} value={outcome}>
                {label}
              </option>
            ))}
            <option value="refused">Any, with refused requests</option>
          </select>
        </Labelled>
        <Labelled label="Flow ID" htmlFor="id">
          <input
            id="id"
            name="id"
            className="field font-mono text-sm"
            defaultValue={query.id}
            placeholder="from a page or a log"
            autoComplete="off"
            spellCheck={false}
          />
        </Labelled>
        <div className="flex items-end gap-2">
          <button type="submit" className="button button-primary flex-1">
            Find
          </button>
          {asked && (
            <a className="button button-plain" href="/flows">
              Show all
            </a>
          )}
        </div>
      </form>
    </search>
  )
}

function Labelled({ label, htmlFor, children }: { label: string; htmlFor: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <label htmlFor={htmlFor} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      {children}
    </div>
  )
}
