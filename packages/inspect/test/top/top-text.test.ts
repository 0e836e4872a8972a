import { describe, expect, it } from 'vitest'
import type { MetricsReading } from '../../src/index.js'
import { topLine, topLines } from '../../src/top/top-text.js'
import { PaperProcess, playScript, scriptedRun } from '../support/scripted-run.js'

const frame = { address: 'ws://localhost:8080/inspect', status: 'connected', columns: 80, rows: 40, isColoured: false }

async function readingOfRun(): Promise<MetricsReading> {
  const run = await scriptedRun(new PaperProcess(0.5))
  await playScript(run)
  await run.simulation.step(10_000)
  const reading = run.metrics.read()
  await run.simulation.end()
  return reading
}

describe('the screen of tygase top', () => {
  it('has connections, packets, acks and the time in four, as the reading has them [M34]', async () => {
    const reading = await readingOfRun()
    const lines = topLines(reading, frame)
    const text = lines.join('\n')
    expect(lines[0]).toBe('TyGaSe   ws://localhost:8080/inspect   up 11 s')
    const { profile, deliveries } = reading
    const percent = (share: number): number => Math.round(share * 100)
    expect(text).toContain(
      `time      update ${percent(profile.update)} %   network ${percent(profile.network)} %   handling ${percent(profile.handling)} %   idle ${percent(profile.idle)} %`,
    )
    expect(text).toContain('rooms     1   game 1')
    expect(text).toContain('sessions  3 connected   0 suspended')
    expect(text).toContain('ticks     20/s   0 left out   late p50 0 ms, p99 0 ms, max 0 ms')
    expect(text).toContain(`${deliveries.acked} acked   0 timed out   0 pending`)
    expect(text).toContain('refusals  no_wings 4')
    expect(text).toContain('memory    3.91 KiB   heap 0.977 KiB of 1.95 KiB')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('fits into a small terminal, and fills a bar as long as the line', async () => {
    const reading = await readingOfRun()
    const small = topLines(reading, { ...frame, columns: 40, rows: 10 })
    expect(small.length).toBe(10)
    expect(Math.max(...small.map(({ length }) => length))).toBeLessThanOrEqual(40)
    const [, , , bar = ''] = topLines(reading, frame)
    expect(bar.trim()).toMatch(/^[█▓▒░]{60}$/)
    expect(bar.trim().split('░').length - 1).toBe(60 - Math.round((1 - reading.profile.idle) * 60))
    const [, , , coloured = ''] = topLines(reading, { ...frame, isColoured: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: reason: sequences of a terminal begin with a control character
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '').trim()).toBe('█'.repeat(60))
  })

  it('draws the last minute as a line, the newest second at its right end', async () => {
    const reading = await readingOfRun()
    const lines = topLines(reading, frame)
    const line = lines.find((each) => each.startsWith('sessions  ') && each.endsWith('█'))
    expect(line).toBe(`sessions  ${'█'.repeat(reading.series.points.connected.length).padStart(60)}`)
    expect(lines.find((each) => each.startsWith('late p99'))?.trimEnd()).toBe('late p99')
  })

  it('says that it waits, and that the connection is gone', async () => {
    expect(topLines(null, frame)).toEqual(['TyGaSe   ws://localhost:8080/inspect', '', 'waits for the first reading'])
    const [head] = topLines(await readingOfRun(), { ...frame, status: 'suspended' })
    expect(head).toBe('TyGaSe   ws://localhost:8080/inspect   suspended   up 11 s')
  })

  it('shows names from rules as text, whatever they hold', async () => {
    const reading = await readingOfRun()
    const text = topLines(
      {
        ...reading,
        refusals: { 'a\u001b[2Jb\n\u0007': 1, größer: 2 },
        rooms: { total: 1, byKind: { 'k\u009b5m': 1 } },
      },
      { ...frame, columns: 200 },
    ).join('\n')
    expect(text).toContain('refusals  größer 2   a?[2Jb?? 1')
    expect(text).toContain('rooms     1   k?5m 1')
  })

  it('is one line for a file', async () => {
    expect(topLine(await readingOfRun())).toMatch(
      /^11 s, rooms 1, sessions 3, ticks 20\/s, late p99 0 ms, packets in [\d.]+\/s out [\d.]+\/s, bytes in [\d.]+ B\/s out [\d.]+ B\/s, idle \d+ %, memory 3\.91 KiB$/,
    )
  })
})
