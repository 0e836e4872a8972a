import { GameStateMachine, GameStateStore, type Outcome, type RuleClient } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { type Chat, chat, maxWelcomeLength } from '../src/chat.js'

function clientOf(id: string, data?: unknown): RuleClient {
  return { id, userId: undefined, name: undefined, isHost: false, data }
}

/** The rules, stepped by hand, with clients `a`, `b`, … that have joined. */
function rules(...clientIds: string[]) {
  const machine = new GameStateMachine(new GameStateStore<Chat>(chat.initialState()), chat)
  let sequence = 0
  let outcomes: readonly Outcome[] = []
  machine.onTick((tick) => {
    outcomes = tick.outcomes
  })
  const join = (id: string, data?: unknown): Outcome => {
    machine.push({ kind: 'join', client: clientOf(id, data) })
    machine.step()
    return outcomes[0]!
  }
  for (const clientId of clientIds) join(clientId)
  return {
    join,
    leave(id: string): void {
      machine.push({ kind: 'leave', client: clientOf(id) })
      machine.step()
    },
    send(clientId: string, name: string, data: unknown): Outcome {
      const client = clientOf(clientId)
      const refusal = machine.push({ kind: 'event', name, data, client, sequence: ++sequence })
      if (refusal === undefined) machine.step()
      return refusal ?? outcomes[0]!
    },
    nameOf: (clientId: string) => machine.store.state.people.get(clientId)?.name,
    welcome: () => machine.store.state.welcome,
  }
}

describe('a name', () => {
  it.each([
    ['Ann', 'Ann'],
    [' ann ', 'ann'],
    ['b b', 'guest-1'],
    ['', 'guest-1'],
    [undefined, 'guest-1'],
  ])('that a client brings (%j) is its name if it can be: %s [C1]', (wanted, name) => {
    const play = rules()
    play.join('a', wanted === undefined ? {} : { name: wanted })
    expect(play.nameOf('a')).toBe(name)
  })

  it('that a client brings is not given to it if another client has it [C1]', () => {
    const play = rules()
    play.join('a', { name: 'Ann' })
    play.join('b', { name: 'ANN' })
    expect([play.nameOf('a'), play.nameOf('b')]).toEqual(['Ann', 'guest-1'])
    expect(play.join('c', { name: 5 })).toMatchObject({ kind: 'refused' })
  })

  it('is given to each client that brings none, the first that is free [C1]', () => {
    const play = rules('a', 'b')
    expect([play.nameOf('a'), play.nameOf('b')]).toEqual(['guest-1', 'guest-2'])
    play.leave('a')
    play.join('c')
    expect([play.nameOf('a'), play.nameOf('c')]).toEqual([undefined, 'guest-1'])
  })

  it.each(['Ann', 'ann', ' ANN ', 'Ａｎｎ'])(
    'that another client has in another form (%j) is refused [C1]',
    (wanted) => {
      const play = rules('a', 'b')
      expect(play.send('a', 'setName', { name: 'Ann' })).toEqual({ kind: 'done', value: 'Ann' })
      expect(play.send('b', 'setName', { name: wanted })).toMatchObject({ kind: 'refused', code: 'name_taken' })
      expect(play.nameOf('b')).toBe('guest-2')
    },
  )

  it('may be written otherwise by its owner, and is free again after the owner has left', () => {
    const play = rules('a', 'b')
    play.send('a', 'setName', { name: 'ann' })
    expect(play.send('a', 'setName', { name: 'Ann' })).toEqual({ kind: 'done', value: 'Ann' })
    play.leave('a')
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
  it('is the last one that was set, up to the longest [C4]', () => {
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
    ['a character that turns the direction of writing', 'a\u202eb'],
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
