import { listHistory } from "@/lib/accounts/history"
import { accountPage } from "@/lib/http/account"
import { Events } from "../_parts/events"
import { SettingPage } from "../_parts/setting-page"

const maxEvents = 100

/** What happened to the account. */
export const historyPage = accountPage("/account/history", async ({ signedIn, texts }) => {
  const title = texts.t("account.history")
  const content = (
    <SettingPage texts={texts} title={title}>
      <Events texts={texts} events={await listHistory(signedIn.user.id, maxEvents)} />
    </SettingPage>
  )
  return { texts, title, content }
})
