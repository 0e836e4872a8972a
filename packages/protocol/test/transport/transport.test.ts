import { createTransportPair, sendShared, type Transport } from '@tygase/protocol/internal'
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

  it('delivers shared and own bytes as one packet', () => {
    const shared = new Uint8Array([1, 2])
    here.sendShared!(shared, new Uint8Array([3]))
    expect(here.bufferedBytes).toBe(3)
    sendShared(here, shared, undefined)
    sendShared(
      { ...here, sendShared: undefined, send: (bytes: Uint8Array) => here.send(bytes) } as unknown as Transport,
      shared,
      shared,
    )
    run()
    expect(log).toStrictEqual(['there 1,2,3', 'there 1,2', 'there 1,2,1,2'])
  })

  it('delivers a copy of a Buffer of Node, not a view of it', () => {
    const buffer = Buffer.from([1, 2])
    here.send(buffer)
    buffer.fill(9)
    run()
    expect(log).toStrictEqual(['there 1,2'])
  })

  it('delivers bytes of its own, so that one buffer may go to many', () => {
    const bytes = new Uint8Array([1])
    there.onBytes = (got) => got.fill(9)
    here.send(bytes)
    run()
    expect(bytes[0]).toBe(1)
  })

  it('counts bytes under way as buffered', () => {
    here.send(new Uint8Array(5))
    expect(here.bufferedBytes).toBe(5)
    run()
    expect(here.bufferedBytes).toBe(0)
  })

  it('closes both ends once, after all packets sent before', () => {
    here.send(new Uint8Array([1]))
    here.close(4002, 'bye')
    here.close(4003, 'again')
    there.close(4004, 'too late')
    here.send(new Uint8Array([2]))
    run()
    expect(log).toStrictEqual(['there closed 4002 bye', 'here closed 4002 bye'])
  })

  it('delivers packets sent before a close', () => {
    here.send(new Uint8Array([1]))
    here.close(4002, 'bye')
    run()
    expect(log).toStrictEqual(['there 1', 'there closed 4002 bye', 'here closed 4002 bye'])
  })

  it('keeps packets and the close that come during a pause, and counts them as buffered', () => {
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

  it('stops again at once if the receiver of a packet pauses it', () => {
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

  it('delivers no waiting packets after its own end has closed', () => {
    there.pause?.()
    here.send(new Uint8Array([1]))
    run()
    there.close(4002, 'bye')
    run()
    expect(log).toStrictEqual(['here closed 4002 bye', 'there closed 4002 bye'])
    expect(here.bufferedBytes).toBe(0)
  })
})
