import { element, setText } from '@tygase/frame/page'
import type { Immutable } from '@tygase/gamestate'
import { fullHealth, maxVolleys } from '../../field.js'
import { ranked } from '../../rules/rounds.js'
import type { Arena } from '../../state.js'
import { bodyColour } from '../palette.js'

/** Below this health the bar is red. */
const low = 35
/** Seconds before the end of a round in which the clock is red. */
const soon = 10

/** What lies over the field: clock, table, health, and a sentence when there is something to say. */
export class Hud {
  readonly #time = element('time', HTMLElement)
  readonly #clock = element('clock', HTMLElement)
  readonly #round = element('round', HTMLElement)
  readonly #notice = element('notice', HTMLElement)
  readonly #vitals = element('vitals', HTMLElement)
  readonly #health = element('health', HTMLElement)
  readonly #healthBar = element('health-bar', HTMLElement)
  readonly #healthText = element('health-text', HTMLElement)
  readonly #volleys = element('volleys', HTMLElement)
  readonly #table = element('table', HTMLOListElement)
  readonly #hurt = element('hurt', HTMLElement)
  #lastHealth = fullHealth
  #shownScores: Immutable<Arena>['scores'] | undefined

  constructor() {
    for (let pip = 0; pip < maxVolleys; pip++) this.#volleys.append(document.createElement('i'))
  }

  /** @param time game time in seconds */
  show(scene: Immutable<Arena>, me: string, time: number): void {
    const left = Math.max(0, scene.endsAt - time)
    const seconds = Math.ceil(left)
    setText(this.#time, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`)
    setText(this.#round, scene.phase === 'play' ? `Round ${scene.round}` : 'Break')
    this.#clock.classList.toggle('soon', scene.phase === 'play' && left <= soon)
    const own = scene.bodies.get(me)
    const notice = noticeOf(scene, me, time)
    setText(this.#notice, notice)
    this.#notice.hidden = notice === ''
    this.#vitals.hidden = own === undefined
    if (own !== undefined) this.#showOwn(own.health, own.volleys)
    if (scene.scores !== this.#shownScores) this.#showTable(scene, me)
  }

  #showOwn(health: number, volleys: number): void {
    this.#healthBar.style.transform = `scaleX(${health / fullHealth})`
    setText(this.#healthText, String(health))
    this.#health.classList.toggle('low', health <= low)
    for (const [index, pip] of [...this.#volleys.children].entries()) pip.classList.toggle('full', index < volleys)
    if (health < this.#lastHealth) {
      this.#hurt.classList.remove('flash')
      // the animation begins anew only if the page has been laid out without it
      void this.#hurt.offsetWidth
      this.#hurt.classList.add('flash')
    }
    this.#lastHealth = health
  }

  #showTable({ scores }: Immutable<Arena>, me: string): void {
    this.#shownScores = scores
    this.#table.replaceChildren(
      ...ranked(scores).map(([id, { name, colour, kills, deaths }]) => {
        const line = document.createElement('li')
        line.classList.toggle('me', id === me)
        const dot = document.createElement('i')
        dot.style.background = bodyColour(colour)
        line.append(dot, part('name', name), part('kills', String(kills)), part('deaths', String(deaths)))
        return line
      }),
    )
  }
}

/** One sentence about what happens; empty if the player just plays. */
export function noticeOf(scene: Immutable<Arena>, me: string, time: number): string {
  if (scene.phase === 'break') {
    const next = `Next round in ${Math.max(1, Math.ceil(scene.endsAt - time))}`
    if (scene.winner === '') return `Nobody wins\n${next}`
    return `${scene.winner === me ? 'You win' : `${scene.scores.get(scene.winner)?.name ?? 'A player who left'} wins`}\n${next}`
  }
  const own = scene.bodies.get(me)
  return own?.waits === true ? `You are out\nBack in ${Math.max(1, Math.ceil(own.backAt - time))}` : ''
}

function part(className: string, text: string): HTMLElement {
  const span = document.createElement('span')
  span.className = className
  span.textContent = text
  return span
}

/** Duration of a line, and the most lines at a time. */
const lineMs = 5000
const maxLines = 5

/** The news as lines that disappear by themselves. */
export class Feed {
  readonly #list = element('feed', HTMLElement)

  /** @param parts texts with their colours */
  add(...parts: readonly { readonly text: string; readonly colour?: string }[]): void {
    const line = document.createElement('li')
    for (const { text, colour } of parts) {
      const span = document.createElement('span')
      span.textContent = text
      if (colour !== undefined) span.style.color = colour
      line.append(span)
    }
    this.#list.append(line)
    while (this.#list.children.length > maxLines) this.#list.firstElementChild?.remove()
    setTimeout(() => line.classList.add('gone'), lineMs - 500)
    setTimeout(() => line.remove(), lineMs)
  }
}
