import { ByteWriter } from '@tygase/gamestate/internal'
import { expect, it } from 'vitest'
import { defaultSessionLimits } from '../../src/server-limits.js'
import { ServerHandshake } from '../../src/session/server-session.js'
import type { Hello } from '../../src/wire/handshake-messages.js'
import { Ear, serverOptions } from '../support/play.js'
import { vectors } from '../support/vectors.js'

const progress = {
  isReliable: false,
  startMs: 0,
  limits: defaultSessionLimits,
  receivedThrough: 0,
  heldVersion: undefined,
}

function helloOf(attempt: number, resumes = true): Hello {
  const [, message] = vectors[resumes ? 0 : 1]!
  if (message.kind !== 'hello') throw new Error('the first two vectors are hellos')
  return { ...message.hello, attempt: new Uint8Array(8).fill(attempt) }
}

function writes(handshake: ServerHandshake): boolean {
  const writer = new ByteWriter()
  handshake.write(writer)
  return writer.length > 0
}

it('a welcome goes out once for each time that its hello has come, and for no other hello', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  handshake.attach(progress, helloOf(1))
  expect([writes(handshake), writes(handshake)]).toStrictEqual([true, false])
  handshake.later({ hello: helloOf(2) }, false)
  expect(writes(handshake)).toBe(false)
  handshake.later({ hello: helloOf(1) }, false)
  expect([writes(handshake), writes(handshake)]).toStrictEqual([true, false])
})

it('a hello that comes again over a reliable transport is a mistake', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  handshake.attach(progress, helloOf(1))
  expect(() => handshake.later({ hello: helloOf(1) }, true)).toThrowError(
    expect.objectContaining({ code: 'unexpected_message' }),
  )
})

it('a hello of the same first attempt is expected until the client has said more than hellos', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  expect(handshake.isExpected(helloOf(1, false))).toBe(false)
  expect(handshake.attach(progress, helloOf(1, false)).receivedThrough).toBeUndefined()
  handshake.later({ hello: helloOf(1, false) }, false)
  expect(handshake.isExpected(helloOf(1, false))).toBe(true)
  expect(handshake.isExpected(helloOf(2, false))).toBe(false)
  expect(handshake.isExpected(helloOf(1))).toBe(false)
  expect(handshake.attach(progress, helloOf(1, false)).receivedThrough).toBe(0)
  handshake.later({ time: { time: 1, echo: undefined } }, false)
  expect(handshake.isExpected(helloOf(1, false))).toBe(false)
})

it('a server cannot begin without a hello', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  expect(() => handshake.attach(progress, undefined)).toThrowError(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
