import { afterEach, describe, expect, it } from 'vitest'
import { openDemo } from './demo-page.js'
import { launchBrowser } from './launch.js'
import { Program, startDemo } from './program.js'

const programs: Program[] = []

afterEach(async () => {
  for (const program of programs.splice(0)) await program.end()
})

/** A program that does not outlive its test. */
function start(...args: ConstructorParameters<typeof Program>): Program {
  const program = new Program(...args)
  programs.push(program)
  return program
}

async function startServer(environment: Record<string, string> = {}) {
  const demo = await startDemo(environment)
  programs.push(demo.program)
  return demo
}

describe('the demo server', () => {
  it('says on Ctrl-C why it goes, and ends with 0', async () => {
    const { program, url } = await startServer({ BOTS: '2' })
    const browser = await launchBrowser()
    try {
      const { page } = await openDemo(browser, url, 'Ada', { width: 640, height: 360 })
      program.interrupt()
      await page.locator('#overlay', { hasText: 'The server was shut down.' }).waitFor()
      expect(await page.isVisible('#connect-again')).toBe(true)
      expect(await program.exitCode).toBe(0)
    } finally {
      await browser.close()
    }
  })

  it('says that a port is taken, and what to do', async () => {
    const { url } = await startServer({ BOTS: '0' })
    const { port } = new URL(url)
    const second = start('server', [], { PORT: port, HOST: '' })
    expect(await second.exitCode).toBe(1)
    expect(second.output).toContain(`Port ${port} is in use. Take another one, for example: PORT=${Number(port) + 1}`)
  })

  it('does not take a port that is none', async () => {
    const program = start('server', [], { PORT: 'http' })
    expect(await program.exitCode).toBe(1)
    expect(program.output).toContain("PORT is a whole number from 0 to 65535, not 'http'")
  })
})

describe('bots and watcher', () => {
  it('join any server, and the watcher prints the table', async () => {
    const { url } = await startServer({ BOTS: '0' })
    const bots = start('bots', ['--count', '3', '--url', url])
    await bots.printed(/3 bots play/)
    const watcher = start('watch', ['--url', url])
    await watcher.printed(/it: \S+ \| 1\. .*Pixel/)
    expect(watcher.output).not.toContain('\u001b')
    bots.interrupt()
    expect(await bots.exitCode).toBe(0)
    await watcher.printed(/nobody plays yet/)
    watcher.interrupt()
    expect(await watcher.exitCode).toBe(0)
  })

  it('end with a sentence when the server goes', async () => {
    const { program, url } = await startServer({ BOTS: '0' })
    const bots = start('bots', ['--count', '1', '--url', url])
    await bots.printed(/One bot plays/)
    program.interrupt()
    expect(await bots.exitCode).toBe(0)
    expect(bots.output).toContain('The game is over: the server was shut down.')
  })

  it.each(['bots', 'watch'])('explain themselves (%s)', async (name) => {
    const program = start(name, ['--help'])
    expect(await program.exitCode).toBe(0)
    expect(program.output).toContain('--url <url>')
  })
})
