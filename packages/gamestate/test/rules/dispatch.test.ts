import { describe, expect, test } from 'vitest'
import { dispatchArguments } from '../../src/option-table.js'
import { readDispatch } from '../../src/rules/dispatch.js'
import { refusal } from '../support/refusals.js'

const names = ['retries', 'onAck']
const onAck = (): void => {}

describe('the arguments behind the name of an event', () => {
  test.each<[string, unknown[], { data: unknown; options: unknown }]>([
    ['nothing', [], { data: undefined, options: undefined }],
    ['data', [{ x: 1 }], { data: { x: 1 }, options: undefined }],
    ['data that is no object', ['retries'], { data: 'retries', options: undefined }],
    ['null', [null], { data: null, options: undefined }],
    ['an empty object', [{}], { data: {}, options: undefined }],
    ['a list', [[1]], { data: [1], options: undefined }],
    [
      'data with the name of an option among others',
      [{ retries: 1, x: 1 }],
      { data: { retries: 1, x: 1 }, options: undefined },
    ],
    ['data and options', [{ x: 1 }, { retries: 1 }], { data: { x: 1 }, options: { retries: 1 } }],
    ['no data and options', [undefined, { retries: 1 }], { data: undefined, options: { retries: 1 } }],
    [
      'data that looks like options, and undefined',
      [{ retries: 1 }, undefined],
      { data: { retries: 1 }, options: undefined },
    ],
    [
      'options alone, for an event without data',
      [{ retries: 1, onAck }],
      { data: undefined, options: { retries: 1, onAck } },
    ],
  ])('may be %s', (_, args, expected) => {
    expect(dispatchArguments(args, names)).toEqual(expected)
  })
})

describe('the recipients of a dispatch', () => {
  test.each<[unknown, unknown]>([
    [undefined, 'all'],
    ['all', 'all'],
    ['c1', 'c1'],
    [
      ['c1', 'c2'],
      ['c1', 'c2'],
    ],
    [[], []],
    [{ except: 'c1' }, { except: 'c1' }],
    [{ except: ['c1'] }, { except: ['c1'] }],
  ])('may be %j', (to, expected) => {
    expect(readDispatch('news', [1, { to }])).toEqual({ name: 'news', data: 1, to: expected })
  })

  test.each([5, null, [1], { only: 'c1' }, { except: 5 }, { except: [5] }, () => 1])('cannot be %j', (to) => {
    expect(refusal(() => readDispatch('news', [1, { to }]))).toBe(
      "invalid_argument: to is 'all', an id, a list of ids, or { except } with one of the two",
    )
  })

  test.each<[string, unknown[], string]>([
    ['an unknown option', ['ace', { two: 'c1' }], "ctx.dispatch has no option 'two': there is 'to'"],
    ['options that are no object', ['ace', 'c1'], 'the options of ctx.dispatch are an object'],
    ['a list of options', ['ace', ['c1']], 'the options of ctx.dispatch are an object'],
    ['a third argument', ['ace', {}, 'c1'], 'ctx.dispatch takes a name, data, and options'],
  ])('are not all clients because of %s', (_, args, message) => {
    expect(refusal(() => readDispatch('card', args))).toBe(`invalid_argument: ${message}`)
  })

  test('and the data are copies', () => {
    const [data, to] = [{ n: [1] }, ['c1']]
    const dispatch = readDispatch('news', [data, { to }])
    data.n.push(2)
    to.push('c2')
    expect(dispatch).toEqual({ name: 'news', data: { n: [1] }, to: ['c1'] })
  })
})
