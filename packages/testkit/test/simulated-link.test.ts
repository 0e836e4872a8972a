import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'

const perfectLink: LinkConditions = { latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }
const badLink: LinkConditions = {
  latencyMs: 60,
  jitterMs: 40,
  loss: 0.15,
  burstLoss: 0.5,
  duplicate: 0.1,
  reorder: 0.1,
  reliable: false,
}

/** Sends numbered packets, 1 ms apart. @returns which arrived at the other end, and when */
function sendMany(conditions: LinkConditions, count: number, seed = 1) {
  const clock = new VirtualClock()
  const link = new SimulatedLink(clock, createSeededRandom(seed), conditions)
  const [here, there] = link.ends
  const arrivals: [packet: number, atMs: number][] = []
  there.onBytes = (bytes) => arrivals.push([new DataView(bytes.buffer).getUint32(0), clock.now()])
  for (let i = 0; i < count; i++) {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, i)
    here.send(bytes)
    clock.advance(1)
  }
  clock.advance(60_000)
  return { link, arrivals, packets: arrivals.map(([packet]) => packet) }
}

describe('a simulated link', () => {
  it('gives the same packets the same fate for the same seed', () => {
    expect(sendMany(badLink, 500, 3).arrivals).toStrictEqual(sendMany(badLink, 500, 3).arrivals)
    expect(sendMany(badLink, 500, 3).arrivals).not.toStrictEqual(sendMany(badLink, 500, 4).arrivals)
  })

  it('delivers after latency and no more than jitter', () => {
    for (const [packet, at] of sendMany({ ...perfectLink, latencyMs: 40, jitterMs: 20, reliable: false }, 500)
      .arrivals) {
      expect(at - packet).toBeGreaterThanOrEqual(40)
      expect(at - packet).toBeLessThanOrEqual(60)
    }
  })

  it('loses, doubles and reorders about as many packets as it should', () => {
    const { link, packets } = sendMany({ ...badLink, loss: 0.2, burstLoss: 0.2 }, 10_000)
    const { sent, delivered, lost, duplicated, reordered } = link.stats
    expect(sent).toBe(10_000)
    expect(Math.abs(lost - 2000)).toBeLessThan(150)
    expect(Math.abs(duplicated - 800)).toBeLessThan(100)
    expect(Math.abs(reordered - 800)).toBeLessThan(100)
    expect(delivered).toBe(sent - lost + duplicated)
    expect(packets).toHaveLength(delivered)
  })

  it('loses packets in bursts when one loss makes the next more likely', () => {
    const { packets } = sendMany({ ...perfectLink, reliable: false, loss: 0.05, burstLoss: 0.8 }, 10_000)
    let bursts = 0
    for (let i = 1; i < packets.length; i++) if (packets[i]! - packets[i - 1]! > 1) bursts++
    const lost = 10_000 - packets.length
    expect(lost / bursts).toBeGreaterThan(4)
    expect(lost / bursts).toBeLessThan(6)
  })

  it('brings all packets once and in order when it is reliable, however bad the line is', () => {
    const { packets, link } = sendMany({ ...badLink, reliable: true }, 1000)
    expect(packets).toStrictEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(link.stats.lost).toBe(0)
  })

  it('is as wide as its bandwidth, and shows what waits as buffered', () => {
    const clock = new VirtualClock()
    const link = new SimulatedLink(clock, createSeededRandom(1), {
      ...perfectLink,
      latencyMs: 0,
      bandwidthBytesPerSecond: 1000,
    })
    const [here, there] = link.ends
    const times: number[] = []
    there.onBytes = () => times.push(clock.now())
    for (let i = 0; i < 3; i++) here.send(new Uint8Array(100))
    expect(here.bufferedBytes).toBe(300)
    clock.advance(150)
    expect(here.bufferedBytes).toBe(200)
    clock.advance(1000)
    expect(times).toStrictEqual([100, 200, 300])
    expect(here.bufferedBytes).toBe(0)
  })

  it('tells both ends once that it closed: at once where it was cut, after what was sent where an end closed', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const lay = () => {
      const link = new SimulatedLink(clock, createSeededRandom(1), perfectLink)
      link.ends.forEach((end, i) => {
        end.onBytes = () => log.push(`${i} bytes`)
        end.onClose = (code) => log.push(`${i} closed ${code}`)
      })
      return link
    }
    const cut = lay()
    cut.ends[0].send(new Uint8Array(1))
    cut.cut()
    cut.cut()
    clock.advance(1000)
    expect(log.splice(0)).toStrictEqual(['0 closed 4004', '1 closed 4004'])
    const closed = lay()
    closed.ends[0].send(new Uint8Array(1))
    closed.ends[0].close(4002, 'bye')
    closed.ends[0].send(new Uint8Array(1))
    clock.advance(1000)
    expect(log).toStrictEqual(['0 closed 4002', '1 bytes', '1 closed 4002'])
  })

  it('lets what is under way arrive, and tells only the end that closed, where it is not reliable', () => {
    const clock = new VirtualClock()
    const link = new SimulatedLink(clock, createSeededRandom(1), { ...perfectLink, jitterMs: 20, reliable: false })
    const log: string[] = []
    link.ends.forEach((end, i) => {
      end.onBytes = () => log.push(`${i} bytes`)
      end.onClose = (code) => log.push(`${i} closed ${code}`)
    })
    link.ends[0].send(new Uint8Array(1))
    link.ends[0].close(4002, 'bye')
    link.ends[1].send(new Uint8Array(1))
    clock.advance(1000)
    expect(log).toStrictEqual(['0 closed 4002', '1 bytes'])
  })
})
