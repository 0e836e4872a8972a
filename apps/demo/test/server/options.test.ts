import { describe, expect, it } from 'vitest'
import { readDemoOptions } from '../../src/server/options.js'

describe('readDemoOptions', () => {
  it.each([
    [{}, { port: 8080, hostname: 'localhost', bots: 5, hostShutsDown: true, logLevel: 'info' }],
    [
      { PORT: '', HOST: '' },
      { port: 8080, hostname: 'localhost', bots: 5, hostShutsDown: true, logLevel: 'info' },
    ],
    [
      { PORT: '0', HOST: '0.0.0.0', BOTS: '0', LOG_LEVEL: 'silent' },
      { port: 0, hostname: '0.0.0.0', bots: 0, hostShutsDown: false, logLevel: 'silent' },
    ],
    [
      { HOST: '127.0.0.1', HOST_SHUTS_DOWN: '0' },
      { port: 8080, hostname: '127.0.0.1', bots: 5, hostShutsDown: false, logLevel: 'info' },
    ],
    [{ HOST: '::1' }, { port: 8080, hostname: '::1', bots: 5, hostShutsDown: true, logLevel: 'info' }],
  ])('reads %j', (environment, expected) => {
    expect(readDemoOptions(environment)).toEqual(expected)
  })

  it.each([
    [{ PORT: 'http' }, /PORT is a whole number from 0 to 65535, not 'http'/],
    [{ PORT: '65536' }, /PORT/],
    [{ PORT: '-1' }, /PORT/],
    [{ PORT: '80.5' }, /PORT/],
    [{ BOTS: '1000' }, /BOTS is a whole number from 0 to 40/],
    [{ HOST_SHUTS_DOWN: 'yes' }, /HOST_SHUTS_DOWN is a whole number from 0 to 1/],
    [{ HOST: '0.0.0.0', HOST_SHUTS_DOWN: '1' }, /HOST_SHUTS_DOWN=1 is for this machine alone/],
    [{ HOST: '127.0.0.1.example.com', HOST_SHUTS_DOWN: '1' }, /a stranger could end the server/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL is one of/],
  ])('says what is wrong with %j', (environment, words) => {
    expect(() => readDemoOptions(environment)).toThrow(words)
  })
})
