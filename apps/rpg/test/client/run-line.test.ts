import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands, hasPassword, usageOf } from '../../src/client/commands.js'
import { RpgPlay, type Typist } from '../rpg-play.js'

let play: RpgPlay
let foo: Typist
beforeEach(async () => {
  play = await RpgPlay.begin()
  foo = await play.join('foo,1234')
  foo.take()
})
afterEach(() => play.end())

describe('before login', () => {
  it.each(['who', 'mov 1,2,3', 'say hello', 'idl'])('%s is refused with not_connected [R9] [R16]', async (line) => {
    expect((await play.typist().type(line)).join()).toContain('(not_connected)')
    expect(play.players.size).toBe(1)
  })

  it('help lists all commands', async () => {
    const lines = (await play.typist().type('help')).slice(1)
    expect(lines).toHaveLength(commands.length)
    for (const [index, command] of commands.entries()) expect(lines[index]).toContain(usageOf(command))
  })
})

describe('con', () => {
  it.each(['con', 'con foo', 'con ,', 'con foo,', 'con foo,1234,x', 'con foo,1234,1,2'])(
    'that is short or long (%s) is an error with the right form, and asks no server [R3]',
    async (line) => {
      const [answer] = await play.typist().type(line)
      expect(answer).toContain('(argument_invalid); it goes: con NAME,PASSWORD')
    },
  )

  it('once more is refused', async () => {
    expect((await foo.type('con bar,4321')).join()).toContain('(already_connected)')
  })

  it('is kept out of the history of the line', () => {
    expect(['con foo,1234', '  CON foo,1234', 'connive', 'say con'].map(hasPassword)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('mov', () => {
  it.each([
    ...['mov', 'mov 1,2', 'mov 1,2,3,4', 'mov a,b,c', 'mov NaN,0,0', 'mov 0,Infinity,0', 'mov 1,,2'],
    ...['mov 0x10,0,0', 'mov 0,0b1,0', 'mov 0,0,1e3', 'mov 1.2.3,0,0', 'mov .,0,0', `mov ${'9'.repeat(400)},0,0`],
  ])('without three decimal numbers (%s) is an error [R4]', async (line) => {
    const [answer] = await foo.type(line)
    expect(answer).toContain('(argument_invalid); it goes: mov X,Y,Z')
  })

  it('is shown to all when it begins and when it ends, without any typing [R4] [R16]', async () => {
    const bar = await play.join('bar,4321')
    await foo.type('mov -10, 0, 0')
    await play.time.step(2500)
    expect(bar.take().filter((line) => line.includes('foo'))).toEqual(['  foo walks to -10,0,0', '  foo is at -10,0,0'])
  })
})

describe('say', () => {
  it.each(['a,b', 'a\\cb', 'a;b', 'grüße 👋'])('reaches all players, the speaker too: %s [R5]', async (text) => {
    const bar = await play.join('bar,4321')
    bar.take()
    expect(await foo.type(`say ${text}`)).toContain(`foo: ${text}`)
    await play.time.step(100)
    expect(bar.take()).toEqual([`foo: ${text}`])
  })

  it('of nothing is an error, of too much is refused', async () => {
    expect((await foo.type('say')).join()).toContain('(argument_invalid)')
    expect((await foo.type(`say ${'x'.repeat(1025)}`)).join()).toContain('(text_too_long)')
  })

  it('cannot change the terminals of others', async () => {
    const bar = await play.join('bar,4321')
    bar.take()
    foo.rpg.connection.dispatchEvent('say', { text: 'a\u001b[2Jb\nc' })
    await play.time.step(500)
    expect(bar.take()).toEqual(['foo: a[2Jb c'])
  })
})

describe('a line that is no command', () => {
  it('is an error with a hint [R9]', async () => {
    expect(await foo.type('mvo 1,2,3')).toEqual([
      'Error: there is no command "mvo"; did you mean "mov"? "help" lists all (command_unknown)',
    ])
    expect(await foo.type('xyzzy')).toEqual(['Error: there is no command "xyzzy"; try "help" (command_unknown)'])
    expect(await foo.type('   ')).toEqual([])
  })
})
