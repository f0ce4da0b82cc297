// Draws the image files of public/ from public/icon.svg. Run after the icon has changed: npm run icons
import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { chromium } from "playwright"
import { root } from "@/lib/testing/packages"
import { ensureChromium, launchArgs } from "./fixtures/browser"

const file = (name: string) => path.join(root, "public", name)
const svg = readFileSync(file("icon.svg"), "utf8")
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: launchArgs })

async function draw(html: string, width: number, height: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width, height } })
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${html}`)
  const image = await page.screenshot({ omitBackground: true })
  await page.close()
  return image
}

/** An .ico file with PNG images: a directory with one entry of 16 bytes for each image, then the images. */
function packIco(images: { size: number; png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length)
  header.writeUInt16LE(1, 2)
  header.writeUInt16LE(images.length, 4)
  let offset = header.length
  for (const [i, { size, png }] of images.entries()) {
    const entry = 6 + 16 * i
    header.writeUInt8(size, entry)
    header.writeUInt8(size, entry + 1)
    header.writeUInt16LE(1, entry + 4)
    header.writeUInt16LE(32, entry + 6)
    header.writeUInt32LE(png.length, entry + 8)
    header.writeUInt32LE(offset, entry + 12)
    offset += png.length
  }
  return Buffer.concat([header, ...images.map(({ png }) => png)])
}

const sizes = [16, 32, 48]
const images = await Promise.all(sizes.map(async (size) => ({ size, png: await draw(svg, size, size) })))
writeFileSync(file("favicon.ico"), packIco(images))

// iOS rounds the corners itself.
writeFileSync(file("apple-touch-icon.png"), await draw(svg.replace('rx="8" ', ""), 180, 180))

const card = `<style>
body { display: flex; height: 630px; align-items: center; justify-content: center; gap: 48px; background: #f5f7f5; color: #12201b;
  font: 600 96px "Noto Sans", "Segoe UI", Helvetica, Arial, sans-serif; letter-spacing: -0.025em }
svg { width: 160px }
</style>${svg}OAuth Flow`
writeFileSync(file("og-image.png"), await draw(card, 1200, 630))

await browser.close()
