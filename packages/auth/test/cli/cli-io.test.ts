import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { askNewSecret, askSecret, InterruptedError, UsageError } from '../../src/cli/cli-io.js'
import { fakeTerminal } from './stage.js'

function piped(text: string) {
  const shown: string[] = []
  const io = {
    env: {},
    stdin: Readable.from([Buffer.from(text)]),
    write() {},
    writeError: (part: string) => void shown.push(part),
  }
  return { io, shown }
}

test('on a terminal it is asked for, and what is typed is not shown', async () => {
  const { io, press, modes, shown } = fakeTerminal()
  const asking = askSecret(io, 'Password')
  press('sword')
  press('fix\x7fsh')
  press('\r')
  expect(await asking).toBe('swordfish')
  expect(shown()).toBe('Password: \n')
  expect(modes).toEqual([true, false])
})

test('a new one is asked for twice on a terminal', async () => {
  const { io, press, shows, shown } = fakeTerminal()
  const asking = askNewSecret(io, 'Password')
  press('ünïcode\n')
  await shows('Password again: ')
  press('ünïcode\n')
  expect(await asking).toBe('ünïcode')
  expect(shown()).toBe('Password: \nPassword again: \n')
})

test('two that differ are refused', async () => {
  const { io, press, shows } = fakeTerminal()
  const asking = askNewSecret(io, 'Password')
  press('one\n')
  await shows('Password again: ')
  press('two\n')
  await expect(asking).rejects.toThrow(new UsageError('the two are not the same'))
})

test('Ctrl-C ends the question, and the terminal is as it was', async () => {
  const { io, press, modes } = fakeTerminal()
  const asking = askSecret(io, 'Password')
  press('abc\x03')
  await expect(asking).rejects.toThrow(InterruptedError)
  expect(modes).toEqual([true, false])
})

test('Ctrl-D without anything is no answer', async () => {
  const { io, press } = fakeTerminal()
  const asking = askSecret(io, 'Password')
  press('\x04')
  await expect(asking).rejects.toThrow(new UsageError('no password was given'))
})

test.each([
  ['one line', 'swordfish\n', 'swordfish'],
  ['a line without an end', 'swordfish', 'swordfish'],
  ['a line of Windows', 'swordfish\r\n', 'swordfish'],
  ['more lines', 'swordfish\nmore\n', 'swordfish'],
  ['spaces', '  sword fish ', '  sword fish '],
])('of what is piped in the first line counts: %s', async (_, text, secret) => {
  const { io, shown } = piped(text)
  expect(await askNewSecret(io, 'Password')).toBe(secret)
  expect(shown).toEqual([])
})

test('where nothing is piped in there is no answer', async () => {
  await expect(askSecret(piped('').io, 'Token')).rejects.toThrow(new UsageError('no token was given'))
})
