import { exportAccount } from "@/lib/accounts/account-data"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { securityHeaders } from "@/lib/http/responses"

/** Sends what the server knows about the User as a JSON file. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  "/account",
  async ({ request }, { user }) => ({
    status: 200,
    headers: {
      ...securityHeaders(),
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="account.json"',
      "Cache-Control": "no-store",
    },
    body: `${JSON.stringify(await exportAccount(user, readSource(request)), null, 2)}\n`,
  }),
  { recent: true },
)
