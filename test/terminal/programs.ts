import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built program of an app. */
export function programOf(app: 'chat' | 'rpg'): string {
  return fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url))
}

/** Runs a program with lines piped into it. @returns its output and its exit code */
export async function piped(
  app: 'chat' | 'rpg',
  args: readonly string[],
  lines: readonly string[],
): Promise<{ output: string; errors: string; exitCode: number | null }> {
  const child = spawn(process.execPath, [programOf(app), ...args], { stdio: 'pipe' })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { output, errors, exitCode }
}
