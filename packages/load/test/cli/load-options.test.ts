import { join, resolve } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { loadHelp, readLoadOptions } from '../../src/cli/load-options.js'

const folder = resolve('/games/race')
const read = (...args: string[]) => readLoadOptions(args, folder, 4)

describe('the command line', () => {
  it('needs an address alone', () => {
    expect(read('ws://localhost:8080')).toEqual({
      address: 'ws://localhost:8080',
      room: undefined,
      play: undefined,
      json: undefined,
      svg: undefined,
      isRemoteAllowed: false,
      clients: 50,
      seconds: 30,
      ramp: 50,
      seed: 1,
      threads: 3,
    })
  })

  it('takes numbers, and files beside the working folder', () => {
    const line =
      '--clients 200 --seconds 5 --ramp 0.5 --seed 0 --threads 2 --room a/1 --play p.js --json o/r.json --remote'
    expect(read('ws://x', ...line.split(' '), `--svg=${resolve('/r.svg')}`)).toEqual({
      address: 'ws://x',
      room: 'a/1',
      play: join(folder, 'p.js'),
      json: join(folder, 'o/r.json'),
      svg: resolve('/r.svg'),
      isRemoteAllowed: true,
      clients: 200,
      seconds: 5,
      ramp: 0.5,
      seed: 0,
      threads: 2,
    })
  })

  it.each([['--help'], ['-h'], ['ws://x', '--help']])('%j %j asks for help', (...args) => {
    expect(read(...args)).toBeUndefined()
  })

  it.each([
    [[], 'the address of a server is needed'],
    [['ws://a', 'ws://b'], "'ws://b' is one more"],
    [['ws://a', '--clients', '0'], "--clients is a whole number from 1 to 100000, not '0'"],
    [['ws://a', '--clients', '1.5'], '--clients is a whole number'],
    [['ws://a', '--ramp', '0'], "--ramp is a number from 0.1 to 10000, not '0'"],
    [['ws://a', '--seconds', '1e3'], '--seconds is a whole number'],
    [['ws://a', '--client', '5'], "Unknown option '--client'"],
    [['ws://a', '--play', ''], '--play takes the path of a file'],
    [['ws://a', '--seed'], '--seed'],
  ])('%j is wrong: %s', (args, message) => {
    expect(() => read(...args)).toThrow(message)
  })
})

test('the help names each option', () => {
  for (const name of ['clients', 'seconds', 'ramp', 'play', 'room', 'seed', 'threads', 'json', 'svg', 'remote']) {
    expect(loadHelp).toContain(`--${name} `)
  }
})
