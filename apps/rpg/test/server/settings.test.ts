import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/server/settings.js'

const defaults = { port: 7001, hostname: 'localhost', db: 'rpg.mdb', demo: false }

const read = (env: Record<string, string>) => readSettings(env, 'rpg.mdb')

describe('the settings of the server', () => {
  it('have defaults [G12]', () => {
    expect(read({})).toEqual(defaults)
  })

  it.each([
    [{ RPG_PORT: '0' }, { port: 0 }],
    [{ RPG_PORT: '65535' }, { port: 65_535 }],
    [{ RPG_HOST: '0.0.0.0' }, { hostname: '0.0.0.0' }],
    [{ RPG_DB: '/var/lib/rpg.mdb' }, { db: '/var/lib/rpg.mdb' }],
    [{ RPG_DEMO: 'True' }, { demo: true }],
    [{ RPG_DEMO: 'yes' }, { demo: true }],
    [{ RPG_DEMO: '1' }, { demo: true }],
    [{ RPG_DEMO: 'False' }, { demo: false }],
    [{ RPG_DEMO: 'no' }, { demo: false }],
    [{ RPG_DEMO: '0' }, { demo: false }],
    [{ RPG_PORT: '', RPG_DEMO: '' }, {}],
  ])('are read from the environment: %j [G12]', (env: Record<string, string>, settings) => {
    expect(read(env)).toEqual({ ...defaults, ...settings })
  })

  it.each([
    ['RPG_PORT', '-1'],
    ['RPG_PORT', '65536'],
    ['RPG_PORT', '80.5'],
    ['RPG_PORT', '0x50'],
    ['RPG_PORT', 'http'],
    ['RPG_DEMO', 'maybe'],
    ['RPG_DEMO', 'constructor'],
  ])('refuse %s=%s, with the name of the variable [G12]', (variable, value) => {
    expect(() => read({ [variable]: value })).toThrow(`${variable} must be`)
  })

  it('name all wrong variables at once [G12]', () => {
    expect(() => read({ RPG_PORT: 'http', RPG_HOST: 'ok', RPG_DEMO: 'maybe' })).toThrow(
      'RPG_PORT must be a port from 0 to 65535, not "http"\nRPG_DEMO must be yes or no, not "maybe"',
    )
  })
})
