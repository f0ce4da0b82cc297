import { useRef } from "react"
import { type BreakName, breaks } from "./plan"

type Props = { busy: boolean; onBreak: (name: BreakName) => void; onSimulate: () => void }

/** The ways to break the flow. They are always available: the scenes that a break needs are played first. */
export function BreakMenu({ busy, onBreak, onSimulate }: Props) {
  const menu = useRef<HTMLElement>(null)
  const choose = (act: () => void) => {
    if (busy) return
    menu.current?.hidePopover()
    act()
  }
  return (
    <>
      <button
        type="button"
        className="button button-plain max-sm:flex-1 max-sm:gap-1 max-sm:px-1"
        popoverTarget="break-menu"
      >
        <Bolt />
        Break it
      </button>
      <section
        ref={menu}
        id="break-menu"
        popover="auto"
        aria-label="Break it on purpose"
        className="fixed inset-auto end-4 bottom-20 m-0 max-h-[calc(100dvh-6rem)] w-88 max-w-[calc(100vw-2rem)] rounded-xl border border-line bg-surface p-3 text-ink shadow-card max-sm:bottom-32 sm:end-6"
      >
        <p className="px-2 text-sm font-semibold">Break it on purpose</p>
        <ul className="mt-1 grid">
          {breaks.map(({ name, label, about }) => (
            <Choice key={name} label={label} about={about} busy={busy} onChoose={() => choose(() => onBreak(name))} />
          ))}
          <Choice
            label="See it without PKCE"
            about="A simulation: how the same theft succeeds."
            busy={busy}
            onChoose={() => choose(onSimulate)}
          />
        </ul>
      </section>
    </>
  )
}

type ChoiceProps = { label: string; about: string; busy: boolean; onChoose: () => void }

function Choice({ label, about, busy, onChoose }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        className="flex min-h-11 w-full items-center gap-3 rounded-lg px-2 py-1.5 text-start hover:bg-danger-soft aria-disabled:opacity-60"
        aria-disabled={busy}
        onClick={onChoose}
      >
        <Bolt />
        <span className="min-w-0">
          <span className="block text-sm font-medium">{label}</span>
          <span className="block text-xs text-muted text-pretty">{about}</span>
        </span>
      </button>
    </li>
  )
}

function Bolt() {
  return (
    <svg
      viewBox="0 0 20 20"
      className="size-5 shrink-0 fill-none stroke-danger stroke-[1.75] [stroke-linecap:round] [stroke-linejoin:round]"
      aria-hidden="true"
    >
      <path d="M11 2 L5 11 H9.5 L8.5 18 L15 8.5 H10.5 Z" />
    </svg>
  )
}
