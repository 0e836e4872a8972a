import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { piped, programOf } from './programs.js'
import { type Pane, Tmux } from './tmux.js'

let tmux: Tmux
let server: Pane
let url: string
beforeEach(async () => {
  tmux = await Tmux.open()
  server = await tmux.start(programOf('chat'), ['server', '--port', '0'])
  url = (await server.shows(/The chat is on: (ws:\S+)/))[1] ?? ''
})
afterEach(() => tmux.close())

async function join(name: string): Promise<Pane> {
  const pane = await tmux.start(programOf('chat'), ['--name', name, url])
  await pane.shows(new RegExp(`You are ${name} at`))
  return pane
}

describe('a chat in terminals', () => {
  it('is a conversation of two: each sees the other at once, and the own line stays below [C6]', async () => {
    const ann = await join('ann')
    const bob = await join('bob')
    for (const pane of [ann, bob]) {
      await pane.type('subscribe lobby')
      await pane.shows(/You hear lobby/)
    }
    await bob.keys('publish lobby half a')
    await bob.shows(/> publish lobby half a$/)
    await ann.shows(/\n\(bob is typing\) >$/)
    await ann.type('publish lobby Hello Bob, grüße 👋')
    await bob.shows(/\[lobby\] ann: Hello Bob, grüße 👋\n> publish lobby half a$/)
    await bob.type(' word')
    await ann.shows(/\[lobby\] bob: half a word\n>$/)
    await ann.type('json lobby {"n": 1}')
    await bob.shows(/\[lobby\] ann \(json\): \{"n":1\}/)
  })

  it('knows name, address and time of its clients, and of those that have left [C1] [C5]', async () => {
    const ann = await join('ann')
    const bob = await join('bob')
    await ann.shows(
      /Welcome\..*\n(.*\n)*You are ann at 127\.0\.0\.1, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, for \d+ s\./,
    )
    await ann.type('list clients')
    await ann.shows(/bob +127\.0\.0\.1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+ s/)
    await bob.type('bye')
    await bob.shows(/Bye\./)
    expect(await bob.exitCode()).toBe(0)
    await ann.type('history')
    await ann.shows(/bob +127\.0\.0\.1 +1 +\d+ s/)
  })

  it('has a history of lines, colours, and an end on Ctrl-C', async () => {
    const ann = await join('ann')
    await ann.type('reverse abc')
    await ann.shows(/cba\n>$/)
    await ann.press('Up')
    await ann.shows(/> reverse abc$/)
    await ann.type('d')
    await ann.shows(/dcba\n>$/)
    await ann.type('nonsense')
    await ann.shows(/command_unknown/)
    expect(await ann.text(['-e'])).toContain('\u001b[31mError')
    await ann.press('C-c')
    await ann.shows(/Bye\./)
    expect(await ann.exitCode()).toBe(0)
  })

  it('joins again by itself when the server was killed and is back', async () => {
    const ann = await join('ann')
    const bob = await join('bob')
    await ann.type('create tea')
    await ann.shows(/you hear it/)
    await bob.type('subscribe tea')
    await bob.shows(/You hear tea/)
    await server.kill()
    await ann.shows(/The connection is lost/)
    await tmux.start(programOf('chat'), ['server', '--port', new URL(url).port])
    for (const [pane, name] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const) {
      await pane.shows(new RegExp(`joining again …\n(.*\n)*You are back as ${name}, and you hear tea\\.`))
    }
    await ann.type('publish tea still here')
    await bob.shows(/\[tea\] ann: still here/)
    await bob.type('bye')
    expect(await bob.exitCode()).toBe(0)
  })

  it('gives the reason to all when the server ends', async () => {
    const ann = await join('ann')
    await server.press('C-c')
    await ann.shows(/The server has ended it: the server was shut down\./)
    expect(await ann.exitCode()).toBe(0)
    expect(await server.exitCode()).toBe(0)
  })
})

describe('a chat in a pipe', () => {
  it('answers every line, without prompt or colours, and ends with the input [C4]', async () => {
    const first = await piped('chat', [url, '--name', 'ann'], ['set welcome Piped!', 'reverse ab', 'lits channels'])
    expect(first.exitCode).toBe(0)
    expect(first.output).not.toContain('\u001b')
    expect(first.output.split('\n').slice(-5)).toEqual([
      'The welcome is set.',
      'ba',
      'Error: there is no command "lits"; did you mean "list channels"? "help" lists all (command_unknown)',
      'Bye.',
      '',
    ])
    const second = await piped('chat', [url], ['bye', 'reverse never'])
    expect(second.output).toMatch(/^Piped!\nYou are guest-1 at .*\nBye\.\n$/)
  })

  it('ends with a sentence and 1 where there is no chat', async () => {
    await server.press('C-c')
    await server.exitCode()
    const { output, errors, exitCode } = await piped('chat', [url], ['help'])
    expect([output, exitCode]).toEqual(['', 1])
    expect(errors).toBe(
      `There is no way into ${url}: could not connect within 5000 ms: nothing listens at ${new URL(url).host} (connect_timeout)\n`,
    )
  })
})
