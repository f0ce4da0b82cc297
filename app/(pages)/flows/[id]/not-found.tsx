import { FlowNotFound } from "./flow-not-found-page"

/** The page for an ID that no recorded flow has, where Next serves it by itself. */
export default function FlowNotFoundPage() {
  return <FlowNotFound />
}
