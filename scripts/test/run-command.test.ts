import { describe, expect, it } from 'vitest'
import { runCommand } from '../run-command.mjs'

const runCode = (code: string, options?: Parameters<typeof runCommand>[2]) =>
  runCommand(process.execPath, ['-e', code], options)

describe('runCommand', () => {
  it('gives the exit code and the output of both streams', async () => {
    const { exitCode, output } = await runCode(
      "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3",
    )
    expect(exitCode).toBe(3)
    expect(output).toContain('out')
    expect(output).toContain('err')
  })

  it('gives the program no input, and says in CI that no person watches', async () => {
    const { output } = await runCode(
      "process.stdin.on('data', () => {}).on('end', () => console.log('ended', process.env.CI))",
    )
    expect(output.trim()).toBe('ended true')
  })

  it('adds to the environment', async () => {
    expect(
      (await runCode('console.log(process.env.COLOUR_OF_IT)', { env: { COLOUR_OF_IT: 'red' } })).output.trim(),
    ).toBe('red')
  })

  it('runs in the folder that it is given', async () => {
    const { output } = await runCode('console.log(process.cwd())', { cwd: import.meta.dirname })
    expect(output.trim()).toBe(import.meta.dirname)
  })

  it.each([
    [
      'computes for ever',
      'for (;;) {}',
      { processorMs: 200, idleMs: 60_000 },
      /not done after 0\.2 s of processor time/,
    ],
    ['waits for ever', 'setInterval(() => {}, 1e9)', { processorMs: 60_000, idleMs: 300 }, /idle for 0\.3 s/],
  ])('stops a program that %s, and names the limit', async (_, code, limit, sentence) => {
    const { exitCode, output } = await runCode(code, { limit })
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(sentence)
  })

  it('gives the processor time of a program and its children, on a system that says it', async () => {
    const work = 'const started = process.cpuUsage(); while (process.cpuUsage(started).user < 600_000);'
    const code = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(work)}]); ${work} setTimeout(() => {}, 600)`
    const { processorMs } = await runCode(code, { limit: { processorMs: 60_000, idleMs: 60_000 } })
    expect(process.platform === 'linux' ? processorMs : 1200).toBeGreaterThan(1100)
  })

  it('passes the output on as it comes', async () => {
    let seen = ''
    const { output } = await runCode("console.log('one'); console.error('two')", {
      onOutput: (text) => {
        seen += text
      },
    })
    expect(seen).toBe(output)
  })

  it('says that a program cannot be run if there is none', async () => {
    const { exitCode, output } = await runCommand('/nowhere/at-all', [])
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(/at-all cannot be run/)
  })
})
