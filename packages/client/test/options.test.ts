import { describe, expect, test } from 'vitest'
import { checkConnectOptions, connectOptionTable } from '../src/options.js'
import { setStage } from './support/stage.js'

const invalid = expect.objectContaining({ code: 'invalid_argument' })

describe('the options of connect', () => {
  test('have the defaults of the table', () => {
    const settings = checkConnectOptions({}) as unknown as Record<string, unknown>
    for (const row of connectOptionTable) expect([row.name, settings[row.name]]).toEqual([row.name, row.default])
  })

  test.each([
    ['timeoutMs', -1],
    ['flushIntervalMs', Number.NaN],
    ['maxVersions', 0],
    ['timeoutMs', '5'],
    ['reconnect', 'no'],
  ])('throw invalid_argument for %s = %j', (name, value) => {
    expect(() => checkConnectOptions({ [name]: value })).toThrow(invalid)
  })

  test.each(['timeout', 'Data', 'maxClient'])("throw invalid_argument for the unknown key '%s'", (key) => {
    expect(() => checkConnectOptions({ [key]: 5 } as never)).toThrow(invalid)
  })

  test('say where a link comes from', () => {
    const options = { link: { latencyMs: 3 } } as never
    expect(() => checkConnectOptions(options)).toThrow('link is made by simulateLink()')
  })

  test.each([null, 5, 'x'])('throw invalid_argument if they are %j', (options) => {
    expect(() => checkConnectOptions(options as never)).toThrow(invalid)
  })
})

test('unknown keys throw in the options of every method', async () => {
  const { connected } = setStage()
  const connection = await connected()
  expect(() => connection.subscribe(() => {}, { imediate: true } as never)).toThrow(invalid)
  expect(() =>
    connection.subscribe(
      (state) => state.count,
      () => {},
      { equals: Object.is } as never,
    ),
  ).toThrow(invalid)
  expect(() => connection.waitUntil(() => true, { timeout: 5 } as never)).toThrow(invalid)
  await expect(connection.disconnect({ shutdown: true } as never)).rejects.toEqual(invalid)
})
