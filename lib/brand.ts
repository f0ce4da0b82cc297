import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import path from "node:path"

/** The operator's logo, as it is sent to browsers. The query of its path changes with the file, so that it can be cached. */
export type BrandLogo = { contentType: string; content: Buffer; path: string }

/** The operator's colour for buttons and links, on light and on dark pages. */
export type BrandColors = { light: Accent; dark: Accent }

/** The accent colours of one colour scheme: the colour, under the pointer, as a soft background, and of the text on it. */
type Accent = { accent: string; "accent-strong": string; "accent-soft": string; "on-accent": string }

const contentTypes: Record<string, string> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
}

/** Bytes. A page of the flow weighs less. */
const maxLogoBytes = 100 * 1024

/** Reads the logo. @returns it, or a problem in words */
export function readBrandLogo(file: string): BrandLogo | { problem: string } {
  const contentType = contentTypes[path.extname(file).toLowerCase()]
  if (!contentType) return { problem: "BRAND_LOGO must be an .svg, .png, .jpg or .webp file" }
  try {
    if (statSync(file).size > maxLogoBytes) return { problem: "BRAND_LOGO must be a file of at most 100 KiB" }
    const content = readFileSync(file)
    return { contentType, content, path: `/brand-logo?v=${shortHash(content)}` }
  } catch {
    return { problem: `BRAND_LOGO cannot be read: ${file}` }
  }
}

const shortHash = (content: Buffer | string) => createHash("sha256").update(content).digest("hex").slice(0, 12)

type Rgb = [red: number, green: number, blue: number]

const white: Rgb = [255, 255, 255]
const black: Rgb = [0, 0, 0]
/** The grounds that accent text is read on: the darkest of the light scheme's, and the lightest of the dark one's. */
const lightGround: Rgb = [241, 244, 241]
const darkGround: Rgb = [21, 28, 26]

/** WCAG 2.2 success criterion 1.4.3: text needs 4.5:1. */
const minContrast = 4.5

/**
 * Derives the accent colours from the operator's colour. On dark pages the colour is lightened until it can be read.
 * @param hex such as #0b6b57
 * @returns a problem in words for a colour that cannot be read on light pages
 */
export function deriveBrandColors(hex: string): BrandColors | { problem: string } {
  const color = parseHex(hex)
  if (!color) return { problem: "BRAND_COLOR must be a colour such as #0b6b57" }
  const contrast = contrastOf(color, lightGround)
  if (contrast < minContrast) {
    return {
      problem: `BRAND_COLOR has a contrast of ${contrast.toFixed(2)}:1 on a light page, and text needs 4.5:1. Choose a darker colour`,
    }
  }
  const onDark = lighten(color)
  return { light: makeAccent(color, black, lightGround), dark: makeAccent(onDark, white, darkGround) }
}

/** Mixes white into a colour until it can be read on dark pages. */
function lighten(color: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const lighter = mix(color, white, share)
    if (contrastOf(lighter, darkGround) >= minContrast) return lighter
  }
  return white
}

function makeAccent(color: Rgb, toward: Rgb, ground: Rgb): Accent {
  const onAccent = contrastOf(color, white) >= contrastOf(color, black) ? white : black
  return {
    accent: toHex(color),
    "accent-strong": toHex(mix(color, toward, 0.2)),
    "accent-soft": toHex(mix(ground, color, 0.12)),
    "on-accent": toHex(onAccent),
  }
}

function parseHex(hex: string): Rgb | null {
  const [, red = "", green = "", blue = ""] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex) ?? []
  return red ? ([red, green, blue].map((part) => Number.parseInt(part, 16)) as Rgb) : null
}

const toHex = (color: Rgb) => `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`

const mix = (a: Rgb, b: Rgb, share: number) => a.map((part, i) => part + ((b[i] ?? 0) - part) * share) as Rgb

/** WCAG 2.2, contrast ratio. */
function contrastOf(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The colours as CSS variables. @param prefix of their names, such as --tone- */
export function brandStyle({ light, dark }: BrandColors, prefix: string): string {
  const rule = (accent: Accent) =>
    `:root{${Object.entries(accent)
      .map(([name, value]) => `${prefix}${name}:${value}`)
      .join(";")}}`
  return `${rule(light)}@media (prefers-color-scheme:dark){${rule(dark)}}`
}

/** The stylesheet of the pages, and its path, whose query changes with the colours. */
export function brandStylesheet(colors: BrandColors): { path: string; content: string } {
  const content = brandStyle(colors, "--tone-")
  return { path: `/brand.css?v=${shortHash(content)}`, content }
}
