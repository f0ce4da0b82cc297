import type { Config } from "tailwindcss"
import plugin from "tailwindcss/plugin"

// The colours, each with its job. Text colours reach 4.5:1 and `edge` 3:1 on every ground they are used on.
const light = {
  paper: "#f5f7f5", // the page
  surface: "#ffffff", // cards and fields
  sunken: "#f1f4f1", // code
  line: "#dde4df", // hairlines that only decorate
  edge: "#84918b", // the edge of something to click or fill in
  ink: "#12201b", // text
  muted: "#52615a", // secondary text
  accent: "#0b6b57",
  "accent-strong": "#08574a", // accent under the pointer
  "accent-soft": "#e2f2ec", // a ground that says "fine"
  "on-accent": "#ffffff", // text on accent
  danger: "#b3261e",
  "danger-soft": "#fdeeec", // a ground that says "refused"
  string: "#8a4a00", // values in JSON
  number: "#1d5da6",
}

const dark: typeof light = {
  paper: "#0d1211",
  surface: "#151c1a",
  sunken: "#101615",
  line: "#28332f",
  edge: "#6a7a73",
  ink: "#e8efec",
  muted: "#a0b1aa",
  accent: "#5ac8ad",
  "accent-strong": "#7fdbc4",
  "accent-soft": "#15322b",
  "on-accent": "#06241d",
  danger: "#ff9f96",
  "danger-soft": "#38191a",
  string: "#e3b36f",
  number: "#8bbcf7",
}

const variables = (colors: typeof light) =>
  Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--tone-${name}`, value]))

export default {
  content: ["./app/**/*.{ts,tsx}"],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      ...Object.fromEntries(Object.keys(light).map((name) => [name, `var(--tone-${name})`])),
    },
    fontFamily: {
      sans: ["-apple-system", "BlinkMacSystemFont", '"Segoe UI"', '"Noto Sans"', "Helvetica", "Arial", "sans-serif"],
      mono: [
        "ui-monospace",
        "SFMono-Regular",
        "Menlo",
        "Consolas",
        '"Noto Sans Mono"',
        '"Liberation Mono"',
        "monospace",
      ],
    },
    extend: {
      boxShadow: {
        card: "0 1px 2px rgb(10 30 24 / 0.05), 0 16px 40px -20px rgb(10 30 24 / 0.18)",
      },
    },
  },
  plugins: [
    plugin(({ addBase }) => {
      addBase({
        ":root": { "color-scheme": "light dark", ...variables(light) },
        "@media (prefers-color-scheme: dark)": { ":root": variables(dark) },
      })
    }),
  ],
} satisfies Config
