import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { LineTerminal } from '../src/line-terminal.js'

/** Ends of a terminal: what is written to `input` is typed or piped, `shown` is what has come out. */
function ends(isTTY: boolean) {
  let shown = ''
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      shown += chunk.toString()
      done()
    },
  })
  // a readline of a terminal asks its input to hand over keys one by one
  const tty = isTTY ? { isTTY, columns: 80, setRawMode: () => {} } : {}
  return {
    input: Object.assign(new PassThrough(), tty),
    output: Object.assign(output, tty),
    shown: () => shown,
  }
}

describe('piped lines', () => {
  it.each([
    ['many in one piece', ['a\nb\nc\n']],
    ['one in many pieces', ['a\nb', '\n', 'c', '\n']],
    ['without a last line end', ['a\nb\nc']],
    ['with line ends of both kinds', ['a\r\nb\nc\r\n']],
  ])('come one by one, in order: %s [R7]', async (_what, pieces) => {
    const { input, output, shown } = ends(false)
    const terminal = new LineTerminal({ input, output })
    const lines: string[] = []
    for (const piece of pieces) input.write(piece)
    input.end()
    await terminal.read(async (line) => {
      lines.push(line)
      terminal.print(`got ${line}`)
    })
    expect(lines).toEqual(['a', 'b', 'c'])
    expect(shown()).toBe('got a\ngot b\ngot c\n')
  })

  it('wait until the one before is answered', async () => {
    const { input, output } = ends(false)
    const terminal = new LineTerminal({ input, output })
    let running = 0
    input.end('a\nb\nc\n')
    await terminal.read(async () => {
      expect(++running).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      running--
    })
  })

  it('are read no further after stop', async () => {
    const { input, output } = ends(false)
    const terminal = new LineTerminal({ input, output })
    const lines: string[] = []
    input.write('a\nb\nc\n')
    await terminal.read(async (line) => {
      lines.push(line)
      terminal.stop()
    })
    expect(lines).toEqual(['a'])
  })

  it('have no colours and no prompt', () => {
    const { input, output, shown } = ends(false)
    const terminal = new LineTerminal({ input, output })
    terminal.print(terminal.styled('red', 'plain'))
    expect(terminal.isTyped).toBe(false)
    expect(shown()).toBe('plain\n')
  })
})

/** What stands there after the screen was cleared for the last time, without colours and moves of the cursor. */
function lastOf(shown: string): string {
  return stripVTControlCharacters(shown.slice(shown.lastIndexOf('\u001b[0J') + 4))
}

describe('typed lines', () => {
  it('stay below what is printed meanwhile', async () => {
    const { input, output, shown } = ends(true)
    const terminal = new LineTerminal({ input, output, prompt: '> ' })
    const reading = terminal.read(async () => {})
    input.write('hal')
    await new Promise((resolve) => setImmediate(resolve))
    terminal.print('news')
    const after = shown().slice(shown().indexOf('news'))
    expect(after).toMatch(/^news\n.*> hal/s)
    input.end()
    await reading
  })

  it('are given away while they are typed, and have a note before the prompt', async () => {
    const { input, output, shown } = ends(true)
    const terminal = new LineTerminal({ input, output, prompt: '> ' })
    const typed: string[] = []
    terminal.onTyping = (line) => void typed.push(line)
    const reading = terminal.read(async () => {})
    input.write('ab')
    await new Promise((resolve) => setImmediate(resolve))
    terminal.note('ann is typing')
    expect(lastOf(shown())).toBe('(ann is typing) > ab')
    terminal.note('')
    expect(lastOf(shown())).toBe('> ab')
    input.write('\r')
    await new Promise((resolve) => setImmediate(resolve))
    expect(typed).toEqual(['a', 'ab', ''])
    input.end()
    await reading
  })

  it('can be interrupted', async () => {
    const { input, output } = ends(true)
    const interrupted = new Promise<void>((resolve) => {
      const terminal = new LineTerminal({ input, output, onInterrupt: () => resolve(terminal.stop()) })
      void terminal.read(async () => {})
    })
    input.write('\u0003')
    await interrupted
  })
})
