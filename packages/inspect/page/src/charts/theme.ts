/** Charts are drawn on a canvas, which knows no style sheet: the colours are read from it. */

const dark = matchMedia('(prefers-color-scheme: dark)')
const known = new Map<string, string>()
let probe: HTMLElement | undefined

/** A colour of the style sheet, as a canvas takes it, in the scheme of this moment. @param name without the dashes: `c1` */
export function themeColour(name: string): string {
  const seen = known.get(name)
  if (seen !== undefined) return seen
  if (probe === undefined) {
    probe = document.createElement('i')
    probe.hidden = true
    document.body.append(probe)
  }
  // `light-dark` of a variable is worked out only where a property uses it
  probe.style.color = `var(--${name})`
  const { color } = getComputedStyle(probe)
  known.set(name, color)
  return color
}

/** Calls `listener` after the system has changed between light and dark. @returns a function that ends it */
export function onThemeChange(listener: () => void): () => void {
  const change = (): void => {
    known.clear()
    listener()
  }
  dark.addEventListener('change', change)
  return () => dark.removeEventListener('change', change)
}
