import { GameStateMachine, GameStateStore, type WireOutcome } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { type Chat, chat, maxWelcomeLength } from '../src/chat.js'

/** The rules, stepped by hand, with clients `a`, `b`, … who have joined. */
function rules(...clientIds: string[]) {
  const machine = new GameStateMachine(new GameStateStore<Chat>(chat.initialState()), chat)
  for (const clientId of clientIds) machine.pushJoin(clientId)
  machine.step()
  return {
    machine,
    send(clientId: string, name: string, data: unknown): WireOutcome {
      const outcomes: WireOutcome[] = []
      machine.pushEvent({ name, data, clientId, settle: (outcome) => void outcomes.push(outcome) })
      if (outcomes.length === 0) machine.step()
      return outcomes[0]!
    },
    nameOf: (clientId: string) => machine.store.state.people.get(clientId)?.name,
    welcome: () => machine.store.state.welcome,
  }
}

describe('a name', () => {
  it('is given to everybody who comes, the first that is free [C1]', () => {
    const play = rules('a', 'b')
    expect([play.nameOf('a'), play.nameOf('b')]).toEqual(['guest-1', 'guest-2'])
    play.machine.pushLeave('a')
    play.machine.pushJoin('c')
    play.machine.step()
    expect([play.nameOf('a'), play.nameOf('c')]).toEqual([undefined, 'guest-1'])
  })

  it.each(['Ann', 'ann', ' ANN ', 'Ａｎｎ'])('that somebody has in another form (%j) is refused [C1]', (wanted) => {
    const play = rules('a', 'b')
    expect(play.send('a', 'setName', { name: 'Ann' })).toEqual({ kind: 'done', value: 'Ann' })
    expect(play.send('b', 'setName', { name: wanted })).toMatchObject({ kind: 'refused', code: 'name_taken' })
    expect(play.nameOf('b')).toBe('guest-2')
  })

  it('may be written otherwise by who has it, and is free again after them', () => {
    const play = rules('a', 'b')
    play.send('a', 'setName', { name: 'ann' })
    expect(play.send('a', 'setName', { name: 'Ann' })).toEqual({ kind: 'done', value: 'Ann' })
    play.machine.pushLeave('a')
    expect(play.send('b', 'setName', { name: 'ann' })).toEqual({ kind: 'done', value: 'ann' })
  })

  it.each(['', '   ', '-ann', 'a b', 'a\u001b[2J', 'x'.repeat(25), 'x'.repeat(500)])('cannot be %j', (name) => {
    expect(rules('a').send('a', 'setName', { name })).toMatchObject({ kind: 'refused', code: 'name_invalid' })
  })

  it.each([[undefined], [{}], [{ name: 5 }], ['ann']])('is not taken from %j', (data) => {
    expect(rules('a').send('a', 'setName', data)).toMatchObject({ kind: 'refused', code: 'event_invalid' })
  })
})

describe('the welcome', () => {
  it('is what was set last, up to its longest [C4]', () => {
    const play = rules('a')
    const longest = 'w'.repeat(maxWelcomeLength)
    expect(play.send('a', 'setWelcome', { text: longest })).toMatchObject({ kind: 'done' })
    expect(play.welcome()).toBe(longest)
  })

  it.each([
    ['nothing', ''],
    ['more than its longest', 'w'.repeat(maxWelcomeLength + 1)],
    ['a line end', 'a\nb'],
    ['a control character', 'a\u001b[31mb'],
    ['one of the upper controls', 'a\u009bb'],
    ['what turns the direction of writing', 'a\u202eb'],
    ['half a character', 'a\ud800'],
  ])('cannot be %s [C4]', (_what, text) => {
    const play = rules('a')
    const before = play.welcome()
    expect(play.send('a', 'setWelcome', { text })).toMatchObject({ kind: 'refused', code: 'welcome_invalid' })
    expect(play.welcome()).toBe(before)
  })
})

describe('reverse', () => {
  it('answers with the text from its end [C3]', () => {
    expect(rules('a').send('a', 'reverse', { text: 'hello' })).toEqual({ kind: 'done', value: 'olleh' })
  })

  it('takes no text without end', () => {
    const outcome = rules('a').send('a', 'reverse', { text: 'x'.repeat(4001) })
    expect(outcome).toMatchObject({ kind: 'refused', code: 'text_too_long' })
  })
})
