import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restore } from '../../src/client/restore.js'
import { ChatPlay, type Typist } from '../chat-play.js'

let play: ChatPlay
let ann: Typist
let bob: Typist
beforeEach(async () => {
  play = await ChatPlay.begin(2)
  ann = play.at(0)
  bob = play.at(1)
  await ann.type('name Ann')
  await bob.type('name bob')
  await ann.type('create tea')
  await ann.type('subscribe lobby')
  await bob.type('subscribe tea')
})
afterEach(() => play.simulation.end())

describe('a client whose server was killed', () => {
  it('goes on in the next one under its name, with its channels, which the first client creates again [C1] [C6]', async () => {
    await play.crash()
    expect(await play.comeBack(ann)).toBe('You are back as Ann, and you hear tea, lobby.\n')
    expect(await play.comeBack(bob)).toBe('You are back as bob, and you hear tea.\n')
    expect(await ann.type('list channels')).toMatch(/lobby +1 +you too\ntea +2 +you too\n$/)
    await ann.type('publish tea still here')
    await play.simulation.step(500)
    expect(bob.take()).toBe('[tea] Ann: still here\n')
  })

  it('finds a server that has just begun: welcome, clients and history [C4] [C5] [C8]', async () => {
    const welcome = await ann.type('welcome')
    await ann.type('set welcome Good evening, all')
    const carl = await play.join()
    await carl.type('name carl')
    await play.leave(carl)
    expect(await ann.type('history carl')).toContain('carl')
    await play.crash()
    await play.comeBack(ann)
    expect(await ann.type('welcome')).toBe(welcome)
    expect(await ann.type('history carl')).toBe('No carl has left yet.\n')
    expect(await ann.type('list clients')).toMatch(/^name .*\nAnn .*\n$/)
    expect(await ann.type('whoami')).toMatch(/^You are Ann at .*, for 0 s\.\n$/)
  })

  it('gets another name if its own is taken by now, and the reason [C1]', async () => {
    await play.crash()
    const other = await play.join()
    await other.type('name ann')
    expect(await play.comeBack(ann)).toBe(
      'Error: the name Ann is taken (name_taken)\nYou are back as guest-1, and you hear tea, lobby.\n',
    )
  })

  it('may lose that session as well, and comes back once more with all of its channels', async () => {
    await play.crash()
    const { simulation } = play
    const connection = await simulation.complete(simulation.addClient().connected)
    const coming = restore(ann.client, connection).catch((error: unknown) => error)
    await play.crash()
    expect(await simulation.complete(coming)).toMatchObject({ code: 'connection_closed' })
    expect(await play.comeBack(ann)).toBe('You are back as Ann, and you hear tea, lobby.\n')
  })
})
