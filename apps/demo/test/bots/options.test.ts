import { describe, expect, it } from 'vitest'
import { readBotsOptions } from '../../src/bots/options.js'

describe('readBotsOptions', () => {
  it.each([
    [[], { count: 5, url: 'ws://localhost:8080/play', help: false }],
    [['--count', '10', '--url', 'ws://localhost:9000'], { count: 10, url: 'ws://localhost:9000/play', help: false }],
    [['-c', '1', '-h'], { count: 1, url: 'ws://localhost:8080/play', help: true }],
  ])('reads %j', (args, expected) => {
    expect(readBotsOptions(args)).toEqual(expected)
  })

  it.each([
    [['--count', '0'], /--count is a number from 1/],
    [['--count', 'many'], /--count is a number/],
    [['--count', '1e9'], /--count is a number/],
    [['--url', 'ftp://localhost'], /--url is the address/],
    [['--speed', '5'], /--speed/],
  ])('says what is wrong with %j', (args, words) => {
    expect(() => readBotsOptions(args)).toThrow(words)
  })
})
