import { requestPasswordReset } from "@/lib/accounts/reset-password"
import { notFoundPage } from "@/lib/http/error-page"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { answerMailRequest } from "@/lib/http/mail-request"
import { isMailOn } from "@/lib/mail/outbox"

/** Sends a link to reset the password. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint("/reset-password", async (form) =>
  isMailOn() ? answerMailRequest(form, "/reset-password", requestPasswordReset) : notFoundPage(form.request),
)
