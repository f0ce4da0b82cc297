import type { ComponentProps } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { Brand } from "./brand"
import { CardPage } from "./card-page"
import { PageLinks } from "./page-links"

type Props = { texts: Texts } & Omit<ComponentProps<typeof CardPage>, "brand" | "footer" | "lang" | "dir">

/** A page with one thing to do, under the logo of the service. */
export function NarrowPage({ texts, ...props }: Props) {
  return (
    <CardPage {...props} lang={texts.locale} dir={texts.dir} brand={<Brand />} footer={<PageLinks texts={texts} />} />
  )
}
