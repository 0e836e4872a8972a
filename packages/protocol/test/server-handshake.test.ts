import { ByteWriter } from '@tygase/gamestate/bytes'
import { expect, it } from 'vitest'
import { defaultSessionLimits } from '../src/limits.js'
import type { Hello } from '../src/messages/hello-message.js'
import { Packet } from '../src/messages/packet-contents.js'
import { ServerHandshake } from '../src/server-handshake.js'
import { vectors } from './messages/vectors.js'
import { Ear, serverOptions } from './play.js'

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

function packetWith(parts: Partial<Packet>): Packet {
  return Object.assign(new Packet(), parts)
}

it('a welcome goes out once for each time that its hello has come, and for no other hello', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  handshake.attach(progress, helloOf(1))
  expect([writes(handshake), writes(handshake)]).toStrictEqual([true, false])
  handshake.later(packetWith({ hello: helloOf(2) }), false)
  expect(writes(handshake)).toBe(false)
  handshake.later(packetWith({ hello: helloOf(1) }), false)
  expect([writes(handshake), writes(handshake)]).toStrictEqual([true, false])
})

it('a hello that comes again over a reliable transport is a mistake', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  handshake.attach(progress, helloOf(1))
  expect(() => handshake.later(packetWith({ hello: helloOf(1) }), true)).toThrowError(
    expect.objectContaining({ code: 'unexpected_message' }),
  )
})

it('a hello of the same first attempt is expected until the client has said anything else', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  expect(handshake.isExpected(helloOf(1, false))).toBe(false)
  expect(handshake.attach(progress, helloOf(1, false)).receivedThrough).toBeUndefined()
  handshake.later(packetWith({ hello: helloOf(1, false) }), false)
  expect(handshake.isExpected(helloOf(1, false))).toBe(true)
  expect(handshake.isExpected(helloOf(2, false))).toBe(false)
  expect(handshake.isExpected(helloOf(1))).toBe(false)
  expect(handshake.attach(progress, helloOf(1, false)).receivedThrough).toBe(0)
  handshake.later(packetWith({ time: { time: 1, echo: undefined } }), false)
  expect(handshake.isExpected(helloOf(1, false))).toBe(false)
})

it('a server cannot begin without a hello', () => {
  const handshake = new ServerHandshake(serverOptions(new Ear()))
  expect(() => handshake.attach(progress, undefined)).toThrowError(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
