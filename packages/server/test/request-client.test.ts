import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { clientOf, noteClient } from '../src/request-client.js'

test('a request comes from where its server has noted', () => {
  const request = new IncomingMessage(new Socket())
  const client = { host: '203.0.113.7', port: undefined }
  noteClient(request, client)
  expect(clientOf(request)).toBe(client)
})

test('one of which nothing was noted comes from the other end of its socket', () => {
  const socket = { remoteAddress: '::ffff:192.0.2.1', remotePort: 7 } as Socket
  expect(clientOf({ socket })).toEqual({ host: '192.0.2.1', port: 7 })
})
