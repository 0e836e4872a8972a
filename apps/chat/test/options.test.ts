import { describe, expect, it } from 'vitest'
import { readOptions } from '../src/options.js'

describe('the arguments', () => {
  it.each([
    [[], { does: 'talk', url: 'ws://localhost:7000', name: undefined }],
    [['--name', 'ann', 'ws://localhost:7001'], { does: 'talk', url: 'ws://localhost:7001', name: 'ann' }],
    [['localhost:7001'], { does: 'talk', url: 'ws://localhost:7001', name: undefined }],
    [['wss://chat.example'], { does: 'talk', url: 'wss://chat.example', name: undefined }],
    [['server'], { does: 'serve', port: 7000, hostname: 'localhost' }],
    [['server', '-p', '0', '--host', '0.0.0.0'], { does: 'serve', port: 0, hostname: '0.0.0.0' }],
    [['server', '--help'], { does: 'help' }],
  ])('%j are understood', (args, options) => {
    expect(readOptions(args)).toEqual(options)
  })

  it.each([
    [['server', '--port', '70000'], /--port is a whole number from 0 to 65535, not '70000'/],
    [['server', '--port', 'x'], /--port is a whole number/],
    [['server', '--name', 'ann'], /--name is for clients/],
    [['--port', '7000'], /--port and --host are for the server/],
    [['http://localhost'], /no address of a chat/],
    [['ws://a', 'ws://b'], /"ws:\/\/b" is one word too many/],
    [['--nmae', 'ann'], /--nmae/],
  ])('%j are not', (args, why) => {
    expect(() => readOptions(args)).toThrow(why)
  })
})
