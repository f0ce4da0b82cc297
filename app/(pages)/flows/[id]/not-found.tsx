import { NarrowPage } from "../../_components/narrow-page"

/** For an id that no flow has, or none any more: and for visitors who may not see the inspector. */
export default function FlowNotFoundPage() {
  return (
    <NarrowPage
      title="Flow not found"
      lead={<p>There is no flow with this id here. It may be too old: flows are kept for a while only.</p>}
    >
      <p className="mb-6 text-muted">
        An operator whose eight hours are over enters again by a new link:{" "}
        <code className="font-mono text-sm">npm run -s cli -- flows link</code>
      </p>
      <a className="button button-plain w-full" href="/flows">
        Go to the flows
      </a>
    </NarrowPage>
  )
}
