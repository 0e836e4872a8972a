import { describe, expect, test } from 'vitest'
import { columnsOf } from '../src/page/players-tab.js'
import { ago, count, inBytes, inMs, inPercent, perSecond, shortId } from '../src/page/texts.js'

describe('a text of the panel', () => {
  test.each([
    [inMs(undefined), '–'],
    [inMs(8.44), '8.4 ms'],
    [inMs(119.6), '120 ms'],
    [inMs(2540), '2.5 s'],
    [inBytes(0), '0 B'],
    [inBytes(0.44), '0.4 B'],
    [inBytes(3), '3 B'],
    [inBytes(999.4), '999 B'],
    [inBytes(1234), '1.2 kB'],
    [inBytes(3_400_000), '3.4 MB'],
    [perSecond(1234), '1.2 kB/s'],
    [inPercent(0), '0 %'],
    [inPercent(0.004), '0.4 %'],
    [inPercent(0.123), '12 %'],
    [ago(40), 'now'],
    [ago(3210), '3.2 s ago'],
    [count(1, 'event'), '1 event'],
    [count(3, 'event'), '3 events'],
    [shortId('short'), 'short'],
    [shortId('a-long-client-id'), 'a-long-c…'],
  ])('is %s', (text, expected) => {
    expect(text).toBe(expected)
  })

  test.each([
    [2, 1600, 2],
    [3, 1600, 3],
    [4, 1600, 2],
    [6, 1600, 3],
    [6, 900, 2],
    [4, 390, 1],
  ])('%i frames in %i pixels stand in %i columns', (players, width, columns) => {
    expect(columnsOf(players, width)).toBe(columns)
  })
})
