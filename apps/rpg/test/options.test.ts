import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultDb, readOptions } from '../src/options.js'

describe('the arguments', () => {
  it.each([
    [[], { does: 'play', url: 'ws://localhost:7001/rpg/world' }],
    [['localhost:7005'], { does: 'play', url: 'ws://localhost:7005/rpg/world' }],
    [['wss://games.example/other/rpg/world'], { does: 'play', url: 'wss://games.example/other/rpg/world' }],
    [['server'], { does: 'serve', port: 7001, hostname: 'localhost', db: defaultDb, demo: false }],
    [
      ['server', '-p', '0', '--host', '::1', '--db', 'a.mdb', '--demo'],
      { does: 'serve', port: 0, hostname: '::1', db: 'a.mdb', demo: true },
    ],
    [['--help'], { does: 'help' }],
  ])('%j are understood', (args, options) => {
    expect(readOptions(args)).toEqual(options)
  })

  it('of the command line override the environment [G12]', () => {
    const env = { RPG_PORT: '7010', RPG_HOST: '::1', RPG_DB: 'b.mdb', RPG_DEMO: 'yes' }
    expect(readOptions(['server'], env)).toEqual({
      ...{ does: 'serve', port: 7010, hostname: '::1', db: 'b.mdb', demo: true },
    })
    expect(readOptions(['server', '-p', '0', '--host', 'localhost'], env)).toMatchObject({
      port: 0,
      hostname: 'localhost',
    })
    expect(() => readOptions(['server'], { RPG_PORT: 'x' })).toThrow('RPG_PORT')
  })

  it('leave accounts and players in the folder of the app', () => {
    expect(resolve(defaultDb)).toMatch(/apps.rpg.data.rpg\.mdb$/)
  })

  it.each([
    [['server', '--port', '-1'], /--port/],
    [['--demo'], /--demo is for the server/],
    [['ftp://localhost'], /no address of a world/],
    [['server', 'more'], /"more" is one word too many/],
  ])('%j are not', (args, why) => {
    expect(() => readOptions(args)).toThrow(why)
  })
})
