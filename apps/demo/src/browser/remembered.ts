import { colourCount } from '../arena.js'
import type { Choice } from './panel/name-prompt.js'

const key = 'tygase-demo-player'

/** The player's last choice in this browser; without one, no name and a random colour. */
export function remembered(): Choice {
  const choice: Choice = { name: '', colour: Math.floor(Math.random() * colourCount) }
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    if (typeof stored !== 'object' || stored === null) return choice
    if ('name' in stored && typeof stored.name === 'string') choice.name = stored.name
    if ('colour' in stored && Number.isInteger(stored.colour)) choice.colour = Number(stored.colour)
  } catch {
    // storage may be forbidden or hold anything: then there is no last choice
  }
  return choice
}

export function remember(choice: Choice): void {
  try {
    localStorage.setItem(key, JSON.stringify(choice))
  } catch {
    // as above
  }
}
