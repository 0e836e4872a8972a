import { createRandom } from '@tygase/gamestate'
import { expect, it } from 'vitest'
import { decide, newPlan, type Plan } from '../src/bots/brain.js'
import { arena } from '../src/game.js'
import { ArenaPlay } from './arena-play.js'

it('bots find each other, shoot, take pick-ups and win a round', () => {
  const ids = ['pixel', 'comet', 'mango', 'ziggy']
  const play = new ArenaPlay(3).join(...ids)
  const random = createRandom(5)
  const plans = new Map<string, Plan>(ids.map((id) => [id, newPlan(random)]))
  for (let decision = 0; decision < 1800 && play.state.winner === ''; decision++) {
    const events = ids.flatMap((id) => {
      // by what its page may show
      const view = arena.view?.(play.state, id) as typeof play.state
      const { decision: next, plan } = decide(view, id, plans.get(id)!, random)
      plans.set(id, plan)
      const { dx, dy, angle, shoots, launches, takes } = next
      return [
        play.event(id, 'steer', { dx, dy }),
        ...(shoots ? [play.event(id, 'shoot', { angle })] : [play.event(id, 'aim', { angle })]),
        ...(launches ? [play.event(id, 'launch', { angle })] : []),
        ...(takes === undefined ? [] : [play.event(id, 'take', { id: takes })]),
      ]
    })
    play.step(...events)
    play.steps(2)
  }
  const names = new Set(play.sent.map(({ name }) => name))
  expect(names).toEqual(new Set(['shot', 'tracer', 'hit', 'killed', 'taken']))
  expect(ids).toContain(play.state.winner)
})
