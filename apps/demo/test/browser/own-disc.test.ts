import { describe, expect, it } from 'vitest'
import { OwnDisc } from '../../src/browser/own-disc.js'
import { move } from '../../src/rules/movement.js'
import { disc } from '../arena-play.js'

const tickMs = 1000 / 30

/**
 * A server that hears of a press `delayMs` late and is heard `delayMs` late.
 * @returns the places shown, 60 a second, from the press on
 */
function runRight(delayMs: number) {
  const own = new OwnDisc()
  const server = disc(400, 450)
  const sent: { atMs: number; row: ReturnType<typeof disc> }[] = [{ atMs: -1000, row: { ...server } }]
  const shown: { x: number; y: number }[] = []
  own.steer(-1000, 0, 0)
  own.steer(0, 1, 0)
  let tickAtMs = 0
  for (let nowMs = 0; nowMs < 1000; nowMs += 1000 / 60) {
    for (; tickAtMs <= nowMs; tickAtMs += tickMs) {
      if (tickAtMs >= delayMs) server.dx = 1
      move(server, false, 1 / 30)
      sent.push({ atMs: tickAtMs, row: { ...server } })
    }
    const seen = sent.findLast(({ atMs }) => atMs + delayMs <= nowMs) ?? sent[0]!
    shown.push(own.place(seen.row, seen.atMs - delayMs, false, nowMs))
  }
  return { shown, server }
}

describe('the own disc', () => {
  it.each([10, 50, 100])('moves with the first picture after a press, at %i ms each way', (delayMs) => {
    const { shown } = runRight(delayMs)
    expect(shown[1]?.x).toBeGreaterThan(400)
    expect(shown[6]?.x).toBeGreaterThan(408)
  })

  it.each([10, 50, 100])('never goes back while it is steered one way, at %i ms each way', (delayMs) => {
    const { shown } = runRight(delayMs)
    shown.slice(1).forEach(({ x }, index) => {
      expect(x).toBeGreaterThanOrEqual(shown[index]!.x - 0.5)
    })
  })

  it('is where the server will see it', () => {
    const delayMs = 50
    const { shown, server } = runRight(delayMs)
    // the server is one way behind the press
    const ahead = (server.vx * delayMs) / 1000
    expect(Math.abs(shown.at(-1)!.x - (server.x + ahead))).toBeLessThan(20)
  })

  it('goes at once to where the server puts it when that is far away', () => {
    const own = new OwnDisc()
    own.place(disc(100, 100), 0, false, 0)
    expect(own.place(disc(1000, 500), 16, false, 16)).toMatchObject({ x: 1000, y: 500 })
  })

  it('makes a small mistake good softly, and all of it', () => {
    const own = new OwnDisc()
    own.place(disc(100, 100), 0, false, 0)
    const first = own.place(disc(140, 100), 16, false, 16)
    expect(first.x).toBeGreaterThan(100)
    expect(first.x).toBeLessThan(115)
    let last = first
    for (let nowMs = 32; nowMs < 1000; nowMs += 16) last = own.place(disc(140, 100), nowMs, false, nowMs)
    expect(last.x).toBeCloseTo(140, 1)
  })

  it('does not run on for longer than 400 ms when the server is silent', () => {
    const own = new OwnDisc()
    own.steer(0, 1, 0)
    const row = disc(400, 450, { dx: 1, vx: 330 })
    const end = own.place(row, 0, false, 5000)
    expect(end.x).toBeLessThan(400 + 330 * 0.45)
  })
})
