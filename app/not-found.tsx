import type { Metadata } from "next"
import { readTexts } from "@/lib/http/texts"
import { NarrowPage } from "./(pages)/_components/narrow-page"
import { makeMetadata, readRequest } from "./(pages)/_next/serve-page"

export const generateMetadata = (): Promise<Metadata> => makeMetadata("errors.notFoundTitle")

export default async function NotFoundPage() {
  const texts = readTexts(await readRequest())
  const { t } = texts
  return (
    <NarrowPage texts={texts} title={t("errors.notFoundTitle")} lead={<p>{t("errors.notFound")}</p>}>
      <a className="button button-primary w-full" href="/">
        {t("common.home")}
      </a>
    </NarrowPage>
  )
}
