import type { SessionStatus, Transport } from '@tygase/protocol'
import { expect, test } from 'vitest'
import { answer } from '../src/questions-part.js'
import type { TransportSource } from '../src/transport-source.js'

class FakeTransport implements Transport {
  readonly reliable = true
  readonly bufferedBytes = 0
  onBytes: Transport['onBytes']
  onClose: Transport['onClose']
  readonly closed: number[] = []

  send(): void {}

  close(code: number): void {
    this.closed.push(code)
  }
}

/** A link and a connection, and a source that opens when the test says so. */
function setUp() {
  const opened: { signal: AbortSignal; resolve: (transport: Transport) => void; reject: (error: Error) => void }[] = []
  const usual: TransportSource = {
    path: '/',
    url: undefined,
    open: (signal) => new Promise((resolve, reject) => opened.push({ signal, resolve, reject })),
  }
  const link = { source: usual }
  const listeners = new Set<(status: SessionStatus) => unknown>()
  const connection = {
    store: undefined,
    onStatus: (listener: (status: SessionStatus) => unknown) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const change = (status: SessionStatus): void => {
    for (const listener of [...listeners]) listener(status)
  }
  const transport = new FakeTransport()
  return { link, usual, opened, connection, listeners, change, transport }
}

test('a spare transport is the next one that the link opens, once, and others are opened as usual', async () => {
  const { link, usual, opened, connection, listeners, change, transport } = setUp()
  const answered = answer(undefined, connection, link)
  expect(link.source).toBe(usual)
  opened[0]!.resolve(transport)
  expect(await answered).toBe(true)
  change('suspended')
  expect(link.source.open(new AbortController().signal)).toBe(transport)
  expect([link.source, listeners.size, transport.closed]).toEqual([usual, 0, []])
})

test('a spare transport that closes before it is needed is forgotten', async () => {
  const { link, usual, opened, connection, listeners, transport } = setUp()
  const answered = answer(undefined, connection, link)
  opened[0]!.resolve(transport)
  await answered
  transport.onClose?.(4000, '')
  expect([link.source, listeners.size]).toEqual([usual, 0])
})

test('a server that asks again and again gets one transport, and another one when that is gone', async () => {
  const { link, opened, connection, listeners, transport } = setUp()
  const early = [answer(undefined, connection, link), answer(undefined, connection, link)]
  expect(opened.length).toBe(1)
  opened[0]!.resolve(transport)
  expect(await Promise.all(early)).toEqual([true, true])
  expect(await answer(undefined, connection, link)).toBe(true)
  expect([opened.length, listeners.size]).toEqual([1, 1])
  transport.onClose?.(4000, '')
  void answer(undefined, connection, link)
  expect(opened.length).toBe(2)
})

test('what cannot be opened is answered with false', async () => {
  const { link, usual, opened, connection, listeners } = setUp()
  const answered = answer(undefined, connection, link)
  opened[0]!.reject(new Error('nothing listens there'))
  expect(await answered).toBe(false)
  expect([link.source, listeners.size]).toEqual([usual, 0])
})

test('a spare transport that is not open when the first is lost is given up', async () => {
  const { link, usual, opened, connection, change, transport } = setUp()
  const answered = answer(undefined, connection, link)
  change('suspended')
  expect(opened[0]!.signal.aborted).toBe(true)
  opened[0]!.resolve(transport)
  expect(await answered).toBe(false)
  expect([link.source, transport.closed]).toEqual([usual, [1000]])
})

test.each<SessionStatus>(['closed', 'connected'])('a spare transport without a use is closed: %s', async (status) => {
  const { link, usual, opened, connection, change, transport } = setUp()
  const answered = answer(undefined, connection, link)
  opened[0]!.resolve(transport)
  await answered
  change(status)
  expect([link.source, transport.closed]).toEqual([usual, [1000]])
})
