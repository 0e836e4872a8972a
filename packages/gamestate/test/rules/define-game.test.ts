import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineGame, event, on } from '../../src/index.js'
import { refusal } from '../support/refusals.js'

const initialState = () => ({ n: 0 })
const handler = (): void => {}

describe('defineGame', () => {
  test('fills in what was left out', () => {
    const game = defineGame({ initialState })
    expect(game).toEqual({
      version: 0,
      initialState: expect.any(Function),
      tickRate: 20,
      timeStep: undefined,
      events: {},
      serverEvents: {},
      onJoin: undefined,
      onLeave: undefined,
      precision: undefined,
    })
    expect(game.initialState()).toEqual({ n: 0 })
    expect(Object.isFrozen(game)).toBe(true)
  })

  test('takes events as a function that is given `on`, or as an object', () => {
    const asFunction = defineGame({ initialState, events: (bound) => ({ go: bound(handler) }) })
    const asObject = defineGame({ initialState, events: { go: on(handler) } })
    expect(asFunction.events.go.handler).toBe(handler)
    expect(asObject.events.go.handler).toBe(handler)
  })

  test('has one handler for each event: of two with one name the later replaces the earlier [P28]', () => {
    const later = (): void => {}
    const game = defineGame({ initialState, events: { ...{ go: on(handler) }, go: on(later) } })
    expect(Object.keys(game.events)).toEqual(['go'])
    expect(game.events.go.handler).toBe(later)
  })

  test.each<[string, object, string]>([
    ['no initialState', {}, 'initialState is a function'],
    ['an initialState that is no function', { initialState: {} }, 'initialState is a function'],
    ['a tickRate of 0', { initialState, tickRate: 0 }, 'tickRate is from 1 to 1000 Hz, not 0'],
    ['a tickRate of 1001', { initialState, tickRate: 1001 }, 'tickRate is from 1 to 1000 Hz, not 1001'],
    [
      'a tickRate that is not a number',
      { initialState, tickRate: Number.NaN },
      'tickRate is from 1 to 1000 Hz, not NaN',
    ],
    ['a timeStep that is no function', { initialState, timeStep: 1 }, 'timeStep is a function'],
    ['an onJoin that is no function', { initialState, onJoin: {} }, 'onJoin is a function'],
    ['an onLeave that is no function', { initialState, onLeave: 'x' }, 'onLeave is a function'],
    [
      'an event that is a bare function [P28]',
      { initialState, events: { go: handler } },
      "the event 'go' is made with on(",
    ],
    ['an event that is nothing', { initialState, events: { go: undefined } }, "the event 'go' is made with on("],
    ['an event that is null', { initialState, events: { go: null } }, "the event 'go' is made with on("],
    ['an event without a name', { initialState, events: { '': on(handler) } }, "'' cannot be the name of an event"],
    [
      'an event with a $ in front',
      { initialState, events: { $go: on(handler) } },
      "'$go' cannot be the name of an event",
    ],
    [
      'a server event with a $ in front',
      { initialState, serverEvents: { $x: event() } },
      "'$x' cannot be the name of an event",
    ],
    [
      'an event with a name of 129 characters',
      { initialState, events: { ['x'.repeat(129)]: on(handler) } },
      `'${'x'.repeat(128)}…' has 129 characters: the name of an event has at most 128`,
    ],
    [
      'a server event with a name of 129 characters',
      { initialState, serverEvents: { ['y'.repeat(129)]: event() } },
      `'${'y'.repeat(128)}…' has 129 characters`,
    ],
    ['events that are a list', { initialState, events: [] }, 'events is an object'],
    ['events that make nothing', { initialState, events: () => undefined }, 'events is an object'],
    ['server events that are text', { initialState, serverEvents: 'x' }, 'serverEvents is an object'],
    ['a predictPart that is no function', { initialState, predictPart: 1 }, 'predictPart is a function'],
    ['a precision of 0', { initialState, precision: { n: 0 } }, 'precision of n is a finite number above 0, not 0'],
  ])('refuses %s', (_, definition, message) => {
    expect(refusal(() => defineGame(definition as never))).toContain(`invalid_game: ${message}`)
  })

  test('takes names of up to 128 characters', () => {
    const names = { events: { ['x'.repeat(128)]: on(handler) }, serverEvents: { ['y'.repeat(128)]: event() } }
    expect(() => defineGame({ initialState, ...names } as never)).not.toThrow()
  })

  test.each([undefined, null, 5, [], () => ({})])('refuses %s in the place of a game', (definition) => {
    expect(refusal(() => defineGame(definition as never))).toBe('invalid_game: a game is an object of its parts')
  })

  test.each<[string, object, string]>([
    ['an unknown part', { initialState, onEnter: () => {} }, "a game has no part 'onEnter': there are version, "],
    ['a version that is no whole number', { initialState, version: 1.5 }, 'version is a whole number from 0, not 1.5'],
    ['a negative version', { initialState, version: -1 }, 'version is a whole number from 0, not -1'],
    ['joinData that is no schema', { initialState, joinData: {} }, 'joinData is a Standard Schema'],
  ])('refuses %s', (_, definition, message) => {
    expect(refusal(() => defineGame(definition as never))).toContain(`invalid_game: ${message}`)
  })

  test.each([1, 0.5 + 0.5, 33.3, 1000])('takes a tickRate of %d Hz', (tickRate) => {
    expect(defineGame({ initialState, tickRate }).tickRate).toBe(tickRate)
  })
})

describe('on', () => {
  const usual = { from: 'client', predict: true, random: 'secret', rewind: false }

  test('takes a schema and a handler, or a handler alone', () => {
    const schema = z.string()
    expect(on(schema, handler)).toEqual({ schema, handler, ...usual })
    expect(on(handler)).toEqual({ schema: undefined, handler, ...usual })
  })

  test('takes a schema that is a function, as some libraries make them', () => {
    const schema = Object.assign(() => {}, {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 1 }) },
    })
    expect(on(schema as never, handler)).toEqual({ schema, handler, ...usual })
  })

  test('takes the end that may send the event as an option, with and without a schema', () => {
    const schema = z.string()
    expect(on(schema, handler, { from: 'server' })).toEqual({ schema, handler, ...usual, from: 'server' })
    expect(on(handler, { from: 'server' })).toEqual({ schema: undefined, handler, ...usual, from: 'server' })
    expect(on(handler, {}).from).toBe('client')
    expect(refusal(() => on(handler, { from: 'host' as never }))).toBe(
      "invalid_game: the option from of on is 'client' or 'server'",
    )
    expect(refusal(() => on(schema, handler, { form: 'server' } as never))).toBe(
      "invalid_game: on has no option 'form': there is 'from', 'predict', 'random', 'rewind'",
    )
  })

  test('takes how a client predicts the event', () => {
    const options = { predict: false, random: 'own', rewind: true } as const
    expect(on(z.string(), handler, options)).toMatchObject({ from: 'client', ...options })
    expect(on(handler, options)).toMatchObject({ from: 'client', ...options })
    expect(on(handler, { predict: undefined } as never).predict).toBe(true)
  })

  test.each<[object, string]>([
    [{ predict: 1 }, 'the option predict of on is true or false'],
    [{ predict: null }, 'the option predict of on is true or false'],
    [{ random: 'public' }, "the option random of on is 'secret' or 'own'"],
    [{ rewind: 'yes' }, 'the option rewind of on is false or true'],
  ])('refuses the options %j', (options, message) => {
    expect(refusal(() => on(handler, options as never))).toBe(`invalid_game: ${message}`)
    expect(refusal(() => on(z.string(), handler, options as never))).toBe(`invalid_game: ${message}`)
  })

  test.each<[string, unknown[], string]>([
    ['nothing', [], 'takes a function as its handler'],
    ['a schema alone', [z.string()], 'takes a function as its handler'],
    ['a handler that is no function', [z.string(), {}], 'takes a function as its handler'],
    ['a schema that is none', [{}, handler], 'takes a Standard Schema'],
    ['null as a schema', [null, handler], 'takes a Standard Schema'],
    ['undefined as a schema', [undefined, handler], 'takes a Standard Schema'],
    ['two handlers', [handler, handler], 'takes a Standard Schema'],
  ])('refuses %s', (_, args, message) => {
    expect(refusal(() => (on as (...args: unknown[]) => unknown)(...args))).toBe(
      message.startsWith('takes a S')
        ? 'invalid_game: on(schema, handler) takes a Standard Schema, as zod, valibot and arktype make them'
        : 'invalid_game: on(schema, handler) takes a function as its handler',
    )
  })
})

describe('event', () => {
  test('says whether clients predict it: by default they do not', () => {
    expect(event()).toEqual({ predict: false })
    expect(event<number>({})).toEqual({ predict: false })
    expect(event<{ by: string }>({ predict: true })).toEqual({ predict: true })
  })

  test.each<[unknown, string]>([
    [{ predict: 'yes' }, 'the option predict of event is false or true'],
    [{ random: 'own' }, "event has no option 'random': there is 'predict'"],
    [5, 'the options of event are an object'],
    [null, 'the options of event are an object'],
  ])('refuses the options %j', (options, message) => {
    expect(refusal(() => event(options as never))).toBe(`invalid_game: ${message}`)
  })
})
