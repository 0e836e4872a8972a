import { describe, expect, it } from 'vitest'
import { parseJournalOptions } from '../src/journal/journal-options.js'
import { writeJournalSection } from '../src/journal/journal-section.js'

describe('the options of the benchmark of journals', () => {
  it('are 36 players in three rooms and an hour of recordings where nothing is said', () => {
    const { cost, minutes, write } = parseJournalOptions([])
    expect([cost.players, cost.rooms, cost.processes * cost.pairs, minutes, write]).toEqual([36, 3, 18, 60, false])
  })

  it('are refused with a sentence', () => {
    expect(() => parseJournalOptions(['--players', '40'])).toThrow(
      '3 rooms have no place for 40 players: 12 fit into one.',
    )
    expect(() => parseJournalOptions(['--rooms', '0'])).toThrow('--rooms takes whole numbers from 1 to 50, not "0".')
  })
})

it('the section about journals has the quartiles of the ratios, and bytes of an hour', () => {
  const window = (cpuMs: number) => ({ cpuMs, ticks: 360, events: 1300 })
  const ratios = [1.01, 1.02, 1.03, 1.04, 1.05]
  const recording = { minutes: 6, bytes: 200_000, bytesOfStates: 150_000, seekMs: 4, longestSeekMs: 60 }
  const section = writeJournalSection(
    {
      cost: {
        ratios: { measure: 'processor time', ratios },
        withJournal: ratios.map(() => window(1030)),
        without: ratios.map(() => window(1000)),
      },
      recovery: { ticks: 200, ms: 300, longestMs: 350, cpuMs: 400 },
      recordings: [
        { ...recording, players: 'people' },
        { ...recording, players: 'bots' },
      ],
    },
    parseJournalOptions([]).cost,
    0.5,
  )
  expect(section).toContain('| 1.030 (1.020 to 1.040) | 1.05 |')
  expect(section).toContain('used 25.0 % of a core, one with it 25.8 %')
  expect(section).toContain('an hour of Tag with six people, MB; without their events | 2.00; 1.50 | 3 |')
})
