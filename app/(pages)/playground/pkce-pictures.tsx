import type { ReactNode } from "react"

const pictures: { title: string; text: string; drawing: ReactNode }[] = [
  {
    title: "The app keeps a secret",
    text: "It sends only a hash of it.",
    drawing: (
      <>
        <rect x="4" y="4" width="40" height="32" rx="5" />
        <path d="M4 12 H44" />
        <circle cx="18" cy="24" r="5" />
        <path d="M23 24 H36 M32 24 V28 M36 24 V27" />
      </>
    ),
  },
  {
    title: "A thief reads the sign-in code",
    text: "The server returns it through the address bar.",
    drawing: (
      <>
        <rect x="2" y="4" width="44" height="11" rx="5.5" />
        <path d="M9 9.5 H16 M20 9.5 H39" />
        <path
          className="fill-danger-soft stroke-danger"
          d="M8 24 C14 20 19 23 24 23 C29 23 34 20 40 24 C41 31 36 36 31 35 C27 34.500 26 31 24 31 C22 31 21 34.500 17 35 C12 36 7 31 8 24 Z"
        />
        <path className="stroke-danger" d="M14.500 27.500 H19 M29 27.500 H33.500" />
      </>
    ),
  },
  {
    title: "The server refuses the thief",
    text: "The code is useless without the secret.",
    drawing: (
      <>
        <path d="M24 3 L40 8 V19 C40 28 33 34 24 37 C15 34 8 28 8 19 V8 Z" />
        <path d="M17 19.500 L22.500 25 L32 14.500" />
      </>
    ),
  },
]

/** PKCE in three pictures, for a reader who has never heard of it. */
export function PkcePictures() {
  return (
    <section aria-labelledby="pkce-pictures">
      <h2 id="pkce-pictures" className="text-sm font-semibold">
        The idea in short
      </h2>
      <ol className="mt-2 grid gap-2 sm:grid-cols-3">
        {pictures.map(({ title, text, drawing }, i) => (
          <li
            key={title}
            className="flex items-center gap-3 rounded-xl border border-line bg-surface px-3.5 py-2.5 sm:block sm:py-3.5"
          >
            <svg
              viewBox="0 0 48 40"
              className="h-10 w-12 shrink-0 fill-none stroke-accent stroke-2 [stroke-linecap:round] [stroke-linejoin:round]"
              aria-hidden="true"
            >
              {drawing}
            </svg>
            <div className="sm:mt-2">
              <p className="text-sm font-semibold text-balance">
                <span className="text-muted tabular-nums">{i + 1}. </span>
                {title}
              </p>
              <p className="text-sm text-muted text-balance">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
