import { createTransportPair, type Transport } from '@tygase/protocol'
import { beforeEach, describe, expect, it } from 'vitest'

let queue: (() => void)[]
let here: Transport
let there: Transport
let log: string[]

beforeEach(() => {
  queue = []
  log = []
  ;[here, there] = createTransportPair((deliver) => queue.push(deliver))
  for (const [name, end] of [
    ['here', here],
    ['there', there],
  ] as const) {
    end.onBytes = (bytes) => log.push(`${name} ${bytes}`)
    end.onClose = (code, reason) => log.push(`${name} closed ${code} ${reason}`)
  }
})

function run(): void {
  while (queue.length > 0) queue.shift()!()
}

describe('a pair of transports in memory', () => {
  it('delivers in order, later, both ways', () => {
    here.send(new Uint8Array([1]))
    there.send(new Uint8Array([2]))
    here.send(new Uint8Array([3]))
    expect(log).toStrictEqual([])
    run()
    expect(log).toStrictEqual(['there 1', 'here 2', 'there 3'])
  })

  it('delivers bytes of its own, so that one buffer may go to many', () => {
    const bytes = new Uint8Array([1])
    there.onBytes = (got) => got.fill(9)
    here.send(bytes)
    run()
    expect(bytes[0]).toBe(1)
  })

  it('counts what is under way as buffered', () => {
    here.send(new Uint8Array(5))
    expect(here.bufferedBytes).toBe(5)
    run()
    expect(here.bufferedBytes).toBe(0)
  })

  it('closes both ends once, after what was sent before', () => {
    here.send(new Uint8Array([1]))
    here.close(4002, 'bye')
    here.close(4003, 'again')
    there.close(4004, 'too late')
    here.send(new Uint8Array([2]))
    run()
    expect(log).toStrictEqual(['there closed 4002 bye', 'here closed 4002 bye'])
  })

  it('delivers what was sent before a close', () => {
    here.send(new Uint8Array([1]))
    here.close(4002, 'bye')
    run()
    expect(log).toStrictEqual(['there 1', 'there closed 4002 bye', 'here closed 4002 bye'])
  })

  it('keeps what comes during a pause, the closing too, and counts it as buffered', () => {
    there.pause?.()
    here.send(new Uint8Array([1]))
    here.send(new Uint8Array([2]))
    here.close(4002, 'bye')
    run()
    expect(log).toStrictEqual(['here closed 4002 bye'])
    expect(here.bufferedBytes).toBe(2)
    there.resume?.()
    expect(log.slice(1)).toStrictEqual(['there 1', 'there 2', 'there closed 4002 bye'])
    expect(here.bufferedBytes).toBe(0)
  })

  it('stops again at once when it is paused by who has got a packet', () => {
    there.onBytes = (bytes) => {
      log.push(`there ${bytes}`)
      there.pause?.()
    }
    for (let i = 1; i <= 3; i++) here.send(new Uint8Array([i]))
    run()
    expect(log).toStrictEqual(['there 1'])
    there.resume?.()
    expect(log).toStrictEqual(['there 1', 'there 2'])
  })

  it('hands out nothing of what waits when its own end closes', () => {
    there.pause?.()
    here.send(new Uint8Array([1]))
    run()
    there.close(4002, 'bye')
    run()
    expect(log).toStrictEqual(['here closed 4002 bye', 'there closed 4002 bye'])
    expect(here.bufferedBytes).toBe(0)
  })
})
