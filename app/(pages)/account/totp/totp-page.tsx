import { encode } from "uqr"
import { beginTotpSetup, countCodes, resumeTotpSetup } from "@/lib/accounts/second-factor"
import { config } from "@/lib/config"
import { accountPage } from "@/lib/http/account"
import { readPageState } from "@/lib/http/page"
import type { Texts } from "@/lib/i18n/texts"
import { CodeField } from "../../_components/code-field"
import { SubmitButton } from "../../_components/submit-button"
import { SettingPage } from "../_parts/setting-page"

/** Sets up an authenticator app, or removes it. In an authorization that needs a second factor, the form carries the state token. */
export const totpPage = accountPage(
  "/account/totp",
  async ({ request, signedIn: { user }, texts, form }) => {
    const { t } = texts
    const state = readPageState(request)
    if (user.totp !== null) {
      const title = t("secondFactor.manageTitle")
      return { texts, title, content: <ManageTotp texts={texts} codesLeft={await countCodes(user)} /> }
    }
    const title = t("secondFactor.setupTitle")
    const resumed = form.values.setup ? await resumeTotpSetup(user, form.values.setup) : null
    const { secret, uri, setup } = resumed ?? (await beginTotpSetup(user))
    const isRequired = state !== null || config().REQUIRE_SECOND_FACTOR
    const content = (
      <SettingPage texts={texts} title={title} lead={isRequired && <p>{t("secondFactor.required")}</p>}>
        <form action="/account/totp/submit" method="post" noValidate className="grid gap-5">
          <input type="hidden" name="setup" value={setup} />
          {state !== null && <input type="hidden" name="state" value={state} />}
          <p>{t("secondFactor.scan")}</p>
          <QrCode text={uri} label={t("secondFactor.qrCode")} />
          <p className="text-sm text-muted">
            {t.rich("secondFactor.type", {
              key: secret.replace(/(.{4})(?=.)/g, "$1 "),
              code: (key) => (
                <code dir="ltr" className="font-mono text-ink select-all [overflow-wrap:anywhere]">
                  {key}
                </code>
              ),
            })}
          </p>
          <CodeField label={t("secondFactor.proof")} error={form.errors.code && t(form.errors.code)} />
          <SubmitButton>{t("secondFactor.turnOn")}</SubmitButton>
        </form>
      </SettingPage>
    )
    return { texts, title, content }
  },
  { recent: true },
)

function ManageTotp({ texts, codesLeft }: { texts: Texts; codesLeft: number }) {
  const { t } = texts
  return (
    <SettingPage texts={texts} title={t("secondFactor.manageTitle")} lead={<p>{t("secondFactor.manageLead")}</p>}>
      <form action="/account/recovery-codes/submit" method="post" className="grid gap-3">
        <p>{t("secondFactor.codesLeft", { count: codesLeft })}</p>
        <SubmitButton look="plain">{t("secondFactor.renew")}</SubmitButton>
      </form>
      <form action="/account/totp/submit" method="post" className="mt-3">
        <input type="hidden" name="decision" value="remove" />
        <SubmitButton look="plain">{t("secondFactor.turnOff")}</SubmitButton>
      </form>
    </SettingPage>
  )
}

/** Pixels around the code, in modules: ISO/IEC 18004 asks for four. */
const quietZone = 4

/** A QR code as SVG, dark on white in every colour scheme, so that cameras read it. */
function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 0 })
  // One line for each run of dark modules: a path of squares would be several times as long.
  const path = data.flatMap((row, y) => listRuns(row).map(([x, length]) => `M${x} ${y}.5h${length}`)).join("")
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`${-quietZone} ${-quietZone} ${size + 2 * quietZone} ${size + 2 * quietZone}`}
      className="mx-auto w-full max-w-56 rounded-lg [forced-color-adjust:none]"
      shapeRendering="crispEdges"
    >
      <rect x={-quietZone} y={-quietZone} width="100%" height="100%" fill="#ffffff" />
      <path d={path} stroke="#000000" />
    </svg>
  )
}

/** The runs of dark modules in a row: where each begins, and its length. */
function listRuns(row: boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = []
  row.forEach((isDark, x) => {
    const last = runs.at(-1)
    if (isDark && last && last[0] + last[1] === x) last[1]++
    else if (isDark) runs.push([x, 1])
  })
  return runs
}
