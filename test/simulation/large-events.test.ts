import { defineGame, event } from '@tygase/gamestate'
import { simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { z } from 'zod'

const library = defineGame({
  initialState: () => ({ letters: 0 }),
  serverEvents: { page: event<unknown>() },
  events: (on) => ({
    write: on(z.unknown(), (state, text) => {
      state.letters += String(text).length
      return text
    }),
  }),
})

const mebibyte = 1024 * 1024

it('events as large as the server allows go both ways, with results as large, though the client was told nothing', async () => {
  const heard: unknown[] = []
  const room = await simulate({
    game: library,
    seed: 1,
    server: { limits: { maxEventBytes: mebibyte, maxPacketBytes: 2 * mebibyte } },
    onConnect: ({ connection }) => connection.registerEventHandler('page', (text) => void heard.push(text)),
  })
  const { connection } = room.clients[0]!
  const text = 'x'.repeat(600_000)
  expect(await room.complete(connection.request('write', text))).toBe(text)
  const long = 'y'.repeat(900_000)
  room.server.dispatchEvent('page', long)
  await room.settle()
  expect(heard).toEqual([long])
  expect(connection.status).toBe('connected')
  expect(() => connection.dispatchEvent('write', 'z'.repeat(mebibyte))).toThrowError(
    expect.objectContaining({ code: 'value_too_large' }),
  )
  await room.end()
})

it.each<[string, unknown, string]>([
  ['too long a text', 'x'.repeat(9000), 'value_too_large'],
  ['too many values', Array(600).fill(0), 'value_limit'],
  ['too deep a value', [[[[0]]]], 'invalid_value'],
])('%s is refused at the call on either side, and nobody loses a session', async (_what, data, code) => {
  const limits = { maxEventBytes: 8000, maxPayloadElements: 512, maxPayloadDepth: 3 }
  const room = await simulate({ game: library, seed: 2, server: { limits } })
  const { connection } = room.clients[0]!
  expect(() => connection.dispatchEvent('write', data)).toThrowError(expect.objectContaining({ code }))
  expect(() => room.server.dispatchEvent('page', data)).toThrowError(expect.objectContaining({ code }))
  await room.settle()
  expect(connection.status).toBe('connected')
  await room.end()
})
