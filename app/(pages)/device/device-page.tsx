import { findFormResult } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { Field } from "../_components/field"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Where a person types the code that a device shows (RFC 8628 section 3.3), and where the browser ends. */
export const devicePage: PageHandler = async (request) => {
  const result = readPageQuery(request, "result")
  if (result === "allowed" || result === "denied") return resultPage(result)
  const { values = {}, errors = {} } = (await findFormResult(request, "/device", null)) ?? {}
  const userCode = (values.user_code ?? readPageQuery(request, "user_code") ?? "").slice(0, 20)
  const content = (
    <NarrowPage title="Connect a device" lead={<p>Enter the code that your device shows.</p>}>
      <form action="/device/submit" method="post" noValidate className="grid gap-5">
        <Field
          label="Code"
          name="user_code"
          hint="Such as WDJB-MJHT"
          defaultValue={userCode}
          error={errors.user_code}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          required
          autoFocus
          className="font-mono uppercase tracking-widest"
        />
        <p className="text-sm text-muted">
          Continue only if you started this on a device that you have with you. Never enter a code that someone sent
          you.
        </p>
        <SubmitButton>Continue</SubmitButton>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { title: "Connect a device", content }
}

function resultPage(result: "allowed" | "denied") {
  const title = result === "allowed" ? "Device connected" : "Device not connected"
  const lead =
    result === "allowed"
      ? "Your device continues in a few seconds. You can close this page."
      : "The device got no access. You can close this page."
  return { title, content: <NarrowPage title={title} lead={<p>{lead}</p>} /> }
}
