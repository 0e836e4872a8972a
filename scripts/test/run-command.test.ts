import { describe, expect, it } from 'vitest'
import { runCommand } from '../run-command.mjs'

const runCode = (code: string, options?: Parameters<typeof runCommand>[2]) =>
  runCommand(process.execPath, ['-e', code], options)

describe('runCommand', () => {
  it('gives the exit code and what both streams said', async () => {
    const { exitCode, output } = await runCode(
      "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3",
    )
    expect(exitCode).toBe(3)
    expect(output).toContain('out')
    expect(output).toContain('err')
  })

  it('gives the program no input, and tells it that nobody watches', async () => {
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

  it('runs where it is told to', async () => {
    const { output } = await runCode('console.log(process.cwd())', { cwd: import.meta.dirname })
    expect(output.trim()).toBe(import.meta.dirname)
  })

  it('stops a program whose time is up, and says so', async () => {
    const { exitCode, output } = await runCode('setInterval(() => {}, 1000)', { timeoutMs: 100 })
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(/not done after 0\.1 s/)
  })

  it('says that a program cannot be run when there is none', async () => {
    const { exitCode, output } = await runCommand('/nowhere/at-all', [])
    expect(exitCode).not.toBe(0)
    expect(output).toMatch(/at-all cannot be run/)
  })
})
