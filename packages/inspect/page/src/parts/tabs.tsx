import { useEffect, useState } from 'preact/hooks'

/** Tabs, with the keys that people expect: arrows, Home and End. */
export function Tabs({
  tabs,
  open,
  onOpen,
}: {
  tabs: readonly { readonly key: string; readonly label: string }[]
  open: string
  onOpen: (key: string) => void
}) {
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ key }) => key === open)
    const steps: Partial<Record<string, number>> = {
      ArrowLeft: (at - 1 + tabs.length) % tabs.length,
      ArrowRight: (at + 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }
    const next = tabs[steps[event.key] ?? -1]
    if (next === undefined) return
    event.preventDefault()
    onOpen(next.key)
    document.getElementById(`tab-${next.key}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" onKeyDown={move}>
      {tabs.map(({ key, label }) => (
        <button
          key={key}
          id={`tab-${key}`}
          type="button"
          role="tab"
          aria-selected={key === open}
          aria-controls={`panel-${key}`}
          tabIndex={key === open ? 0 : -1}
          onClick={() => onOpen(key)}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

const broad = matchMedia('(min-width: 1000px)')

/** True if two columns fit beside each other. */
export function useIsBroad(): boolean {
  const [isBroad, setIsBroad] = useState(broad.matches)
  useEffect(() => {
    const change = (): void => setIsBroad(broad.matches)
    broad.addEventListener('change', change)
    return () => broad.removeEventListener('change', change)
  }, [])
  return isBroad
}
