import { describe, expect, it } from 'vitest'
import type { Rank } from '../../src/ranking.js'
import { tableLine, tableLines } from '../../src/watch/table.js'
import { inColumns, textWidth } from '../../src/watch/text-width.js'

function entry(name: string, more: Partial<Rank> = {}): Rank {
  return { place: 1, clientId: name, name, colour: 0, bot: false, isIt: false, itSeconds: 0, tags: 0, ...more }
}

const ranks = [entry('Ada'), entry('李小龙', { place: 2, isIt: true, itSeconds: 12.5, tags: 3 })]

describe('textWidth', () => {
  it.each([
    ['Ada', 3],
    ['Zoë', 3],
    ['李小龙', 6],
    ['👩‍🚀 Al', 5],
    ['', 0],
  ])('of %j is %i columns', (text, columns) => {
    expect(textWidth(text)).toBe(columns)
  })
})

describe('inColumns', () => {
  it.each([
    ['Ada', 'Ada   '],
    ['Adalbert', 'Adalb…'],
    ['李小龙李', '李小… '],
    ['a\u001b[2Jb', 'a[2Jb '],
  ])('makes of %j six columns', (text, expected) => {
    expect(inColumns(text, 6)).toBe(expected)
  })
})

describe('the table', () => {
  it('has a line for each, who is it marked', () => {
    const lines = tableLines(ranks, 'head')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toBe('head')
    expect(lines[3]).toContain('Ada')
    expect(lines[4]).toContain('12.5 s       3  ← it')
  })

  it('says so if there are no players', () => {
    expect(tableLines([], 'head').at(-1)).toContain('nobody plays yet')
    expect(tableLine([])).toBe('nobody plays yet')
  })

  it('is a plain line elsewhere', () => {
    expect(tableLine(ranks)).toBe('it: 李小龙 | 1. Ada 0.0 s, 2. 李小龙 12.5 s')
  })
})
