import type { EndpointResponse } from "./exchange"
import { showFormAgain } from "./form-result"

const page = "/account/recovery-codes"

/** Sends the browser to the page that shows new recovery codes once. They travel in the sealed cookie of a form's result, for this User alone. */
export function showRecoveryCodes(codes: string[], userId: string, state: string | null): Promise<EndpointResponse> {
  return showFormAgain(page, state, { values: { codes: codes.join(" "), user: userId }, errors: {} })
}
