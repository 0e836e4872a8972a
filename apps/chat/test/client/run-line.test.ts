import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands, usageOf } from '../../src/client/commands.js'
import { ChatPlay, type Typist } from '../chat-play.js'

let play: ChatPlay
let ann: Typist
let bob: Typist
beforeEach(async () => {
  play = await ChatPlay.begin(2)
  ann = play.at(0)
  bob = play.at(1)
  await ann.type('name ann')
  await bob.type('name bob')
})
afterEach(() => play.simulation.end())

describe('help', () => {
  it('lists exactly the commands that there are, each once [C2]', async () => {
    const lines = (await ann.type('help')).trim().split('\n').slice(1)
    expect(lines.length).toBe(commands.length)
    for (const [index, command] of commands.entries()) expect(lines[index]).toContain(usageOf(command))
    for (const { words } of commands) expect(await ann.type(words)).not.toContain('command_unknown')
  })
})

describe('a line', () => {
  it.each([
    ['hepl', 'help'],
    ['list chanels', 'list channels'],
    ['set', 'set welcome'],
    ['clients', 'list clients'],
    ['Channels', 'list channels'],
    ['PUBLIHS lobby hi', 'publish'],
  ])('that is no command (%s) is an error, with the closest command [C2]', async (line, near) => {
    const answer = await ann.type(line)
    expect(answer).toContain('command_unknown')
    expect(answer).toContain(`did you mean "${near}"?`)
  })

  it('that is close to none is an error that points to help [C2]', async () => {
    expect(await ann.type('xyzzy 1 2')).toBe('Error: there is no command "xyzzy"; try "help" (command_unknown)\n')
  })

  it('may have capitals and spaces around it', async () => {
    expect(await ann.type('  REVERSE  Ab ')).toBe('bA\n')
  })

  it('with nothing in it does nothing', async () => {
    expect(await ann.type('   ')).toBe('')
  })

  it('of bye leaves', async () => {
    await ann.type('bye')
    expect(ann.hasLeft).toBe(true)
  })
})

describe('whoami', () => {
  it('shows the name, and a time that grows [C1]', async () => {
    await play.simulation.step(2000)
    expect(await ann.type('whoami')).toMatch(/^You are ann at an unknown address, since .*, for 2 s\.\n$/)
    await play.simulation.step(60_000)
    expect(await ann.type('whoami')).toMatch(/for 1 min 2 s\.\n$/)
  })
})

describe('set welcome', () => {
  it('greets all who join from then on [C4]', async () => {
    await ann.type('set welcome Good evening, all')
    expect(await ann.type('welcome')).toBe('Good evening, all\n')
    const late = await play.join()
    expect(await late.type('welcome')).toBe('Good evening, all\n')
  })
})

describe('channels', () => {
  it('are created, listed, heard and left; a message reaches all subscribers, and no other client [C6]', async () => {
    const carl = await play.join()
    await ann.type('create tea')
    await bob.type('subscribe tea')
    expect(await carl.type('list channels')).toMatch(/lobby +0\ntea +2\n$/)
    expect(await ann.type('publish tea the kettle  is on')).toBe('[tea] ann: the kettle  is on\n')
    await play.simulation.step(500)
    expect(bob.take()).toBe('[tea] ann: the kettle  is on\n')
    expect(carl.take()).toBe('')

    await bob.type('unsubscribe tea')
    await ann.type('publish tea gone')
    await play.simulation.step(500)
    expect(bob.take()).toBe('')
  })

  it('carry a message at once: in less than a tick after a link of no delay [C6]', async () => {
    await bob.type('subscribe lobby')
    await ann.type('subscribe lobby')
    bob.take()
    const before = play.simulation.nowMs
    const published = ann.client.connection.channels.publish('lobby', 'now')
    await play.simulation.runUntil(() => bob.take().includes('now'))
    expect(play.simulation.nowMs - before).toBeLessThan(50)
    await play.simulation.complete(published)
  })

  it('are heard once, however often one subscribes [C6]', async () => {
    await bob.type('subscribe lobby')
    await bob.type('subscribe lobby')
    await ann.type('subscribe lobby')
    bob.take()
    await ann.type('publish lobby once')
    await play.simulation.step(500)
    expect(bob.take()).toBe('[lobby] ann: once\n')
  })

  it('refuse a client that is not subscribed, and unknown names [C6]', async () => {
    expect(await ann.type('publish lobby hi')).toContain('channel_denied')
    expect(await ann.type('publish nowhere hi')).toContain('unknown_channel')
    expect(await ann.type('subscribe nowhere')).toContain('unknown_channel')
  })

  it('lose a client that leaves [C6]', async () => {
    await bob.type('subscribe lobby')
    await play.leave(bob)
    expect(await ann.type('list channels')).toMatch(/lobby +0\n$/)
  })

  it('keep text and JSON apart, also where they look the same [C7]', async () => {
    await ann.type('subscribe lobby')
    expect(await ann.type('publish lobby {"a":1}')).toBe('[lobby] ann: {"a":1}\n')
    expect(await ann.type('json lobby {"a": 1}')).toBe('[lobby] ann (json): {"a":1}\n')
    expect(await ann.type('json lobby "text"')).toBe('[lobby] ann (json): "text"\n')
  })

  it('take invalid JSON for an error, and the connection goes on [C7]', async () => {
    await ann.type('subscribe lobby')
    expect(await ann.type('json lobby {"a":')).toContain('json_invalid')
    expect(await ann.type('publish lobby still here')).toBe('[lobby] ann: still here\n')
  })

  it('show a message without control characters', async () => {
    await bob.type('subscribe lobby')
    await ann.type('subscribe lobby')
    bob.take()
    await play.simulation.complete(ann.client.connection.channels.publish('lobby', 'a\u001b[2Jb\nc\u202ed'))
    await play.simulation.step(500)
    expect(bob.take()).toBe('[lobby] ann: a[2Jb cd\n')
  })
})

describe('a command without what it takes', () => {
  it.each(['create', 'subscribe', 'unsubscribe', 'publish', 'publish lobby', 'json', 'json lobby'])(
    'is an error with the right form (%s)',
    async (line) => {
      const answer = await ann.type(line)
      expect(answer).toContain('argument_missing')
      expect(answer).toContain(`it goes: ${line.split(' ')[0]} CHANNEL`)
    },
  )
})

describe('a message that is being typed', () => {
  it('is seen by the others until it is sent or given up', async () => {
    const carl = await play.join()
    await carl.type('name carl')
    ann.client.typed('pub')
    bob.client.typed('publish lobby hi')
    carl.client.typed('json lobby {')
    await play.simulation.step(200)
    expect(ann.client.typists).toBe('bob and carl are typing')
    expect(bob.client.typists).toBe('carl is typing')
    bob.client.typed('')
    await play.leave(carl)
    await play.simulation.step(200)
    expect(ann.client.typists).toBe('')
  })
})
