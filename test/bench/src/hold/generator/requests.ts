import { Genes } from './genes.js'
import type { Member } from './packets.js'

/** Paths that the server answers in different ways, and some that it does not know. */
const paths = [
  '/healthz',
  '/rooms',
  '/echo',
  '/fail',
  '/slow',
  '/nowhere',
  '/',
  '/%zz',
  '/rooms?kind=hold',
  '//',
  '/hold/1',
  '/files/record.bin',
]
/** Parts of a file: the begin, an end, one that does not exist, and all of it. */
const ranges = ['bytes=0-1023', 'bytes=-70000', 'bytes=99999999-', 'bytes=0-']
/** Below the limit of Node for the head of a request. */
const mostHeaderBytes = 8 * 1024
const mostUrlBytes = 2000
const mostBodyBytes = 256 * 1024
/** Requests that are made at a time, for one socket. */
const mostPipelined = 200

/** @returns requests of the member's method, to be sent again and again over one socket */
export function requestsOf({ kind, genes }: Member): Buffer {
  const choices = new Genes(genes)
  const isUpgrade = kind.subject === 'UPGRADE'
  const path = choices.pick(paths) + (choices.oneIn(3) ? `?${'q'.repeat(choices.size(mostUrlBytes))}` : '')
  const headers = ['Host: localhost']
  const wanted = choices.size(mostHeaderBytes)
  const line = `X-${choices.oneIn(2) ? 'Long' : 'A'}: ${'v'.repeat(choices.size(1000))}`
  for (let bytes = 0; bytes + line.length < wanted; bytes += line.length + 2) headers.push(line)
  if (choices.oneIn(3)) headers.push('Origin: http://elsewhere.example', 'Access-Control-Request-Method: PUT')
  if (choices.oneIn(4)) headers.push('Cookie: '.padEnd(choices.size(2000) + 10, 'c=1; '))
  if (isUpgrade) {
    headers.push('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13')
    headers.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')
  }
  if (choices.oneIn(3)) headers.push(`Range: ${choices.pick(ranges)}`)
  const hasBody = !isUpgrade && ['POST', 'PUT', 'PATCH', 'DELETE'].includes(kind.subject)
  const body = hasBody ? Buffer.alloc(choices.size(mostBodyBytes), choices.oneIn(2) ? '[' : '{"a":1,') : Buffer.alloc(0)
  if (hasBody) headers.push(`Content-Length: ${body.length}`, 'Content-Type: application/json')
  const method = isUpgrade ? 'GET' : kind.subject
  const head = `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
  const one = Buffer.concat([Buffer.from(head), body])
  const count = isUpgrade ? 1 : 1 + choices.size(Math.min(mostPipelined, Math.floor(256_000 / one.length)))
  return Buffer.concat(new Array<Buffer>(count).fill(one))
}
