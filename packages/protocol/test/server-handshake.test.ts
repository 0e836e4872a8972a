import { expect, it } from 'vitest'
import type { Hello } from '../src/messages/hello-message.js'
import { ServerHandshake } from '../src/server-handshake.js'
import { vectors } from './messages/vectors.js'

it('a welcome goes out once for each time that its hello has come, and for no other hello', () => {
  const hello = (attempt: number): Hello => {
    const [, message] = vectors[0]!
    if (message.kind !== 'hello') throw new Error('the first vector is a hello')
    return { ...message.hello, attempt: new Uint8Array(8).fill(attempt) }
  }
  const [, welcome] = vectors[2]!
  if (welcome.kind !== 'welcome') throw new Error('the third vector is a welcome')
  const { kind: _kind, attempt: _attempt, ...answer } = welcome
  const handshake = new ServerHandshake(hello(1), answer)
  expect(handshake.take()).toStrictEqual({ ...welcome, attempt: new Uint8Array(8).fill(1) })
  expect(handshake.take()).toBeUndefined()
  handshake.repeat(hello(2))
  expect(handshake.isDue).toBe(false)
  handshake.repeat(hello(1))
  expect(handshake.take()).toBeDefined()
})
