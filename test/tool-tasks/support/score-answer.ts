import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root } from '../../architecture/repository.js'
import type { CheckResult } from './run-answer.js'
import type { Task } from './tasks.js'

/** What became of one answer. */
export interface Score {
  readonly task: string
  readonly passed: number
  readonly total: number
  /** Of the process that has run the checks. */
  readonly seconds: number
  /** The checks that failed, with the reason of each. */
  readonly failed: readonly { readonly name: string; readonly fault: string }[]
}

const cache = join(root, '.cache/tool-tasks')

/** Our packages and zod are those of this repository, whatever the folder of the answer has installed. */
const ownPackages: Plugin = {
  name: 'own-packages',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(?:@tygase\/|zod(?:\/|$))/ }, ({ path, kind, pluginData }) =>
      // resolved by the usual way, the second time
      pluginData === 'again' ? undefined : resolve(path, { kind, resolveDir: join(root, 'test'), pluginData: 'again' }),
    )
  },
}

/**
 * Runs the checks of a task against an answer, in a process of its own.
 * @param answer the folder with the modules that the prompt asks for
 * @param timeoutMs after it the process is ended; checks that it has not reached have failed
 * @param label of the bundle: two answers that are scored at the same time need one each
 */
export async function scoreAnswer(task: Task, answer: string, timeoutMs: number, label = task.name): Promise<Score> {
  const names = await checkNames(task)
  const outfile = join(cache, `${label}.mjs`)
  const allFailed = (fault: string, seconds = 0): Score => {
    return { task: task.name, passed: 0, total: names.length, seconds, failed: names.map((name) => ({ name, fault })) }
  }
  const missing = task.modules.find((module) => !existsSync(join(answer, module)))
  if (missing !== undefined) return allFailed(`the answer has no ${missing}`)
  const imports = task.modules.map((module, index) => `import * as part${index} from ${text(join(answer, module))}`)
  const parts = task.modules.map((_, index) => `...part${index}`)
  try {
    await bundle(
      `import { runAnswer } from ${text(join(import.meta.dirname, 'run-answer.ts'))}
import { checks } from ${text(task.acceptance)}
${imports.join('\n')}
await runAnswer(checks, { ${parts.join(', ')} })`,
      outfile,
    )
  } catch (error) {
    const [first] = (error as { errors?: { text: string }[] }).errors ?? []
    return allFailed(`the answer cannot be bundled: ${first?.text ?? error}`)
  }
  const startMs = performance.now()
  const { results, end } = await runBundle(outfile, timeoutMs)
  const seconds = (performance.now() - startMs) / 1000
  const failed = names.flatMap((name) => {
    const result = results.find((each) => each.name === name)
    if (result === undefined) return [{ name, fault: end }]
    return result.fault === undefined ? [] : [{ name, fault: result.fault }]
  })
  return { task: task.name, passed: names.length - failed.length, total: names.length, seconds, failed }
}

/** The names of a task's checks, in their order. */
async function checkNames(task: Task): Promise<string[]> {
  const module: { checks: readonly { name: string }[] } = await import(task.acceptance)
  return module.checks.map(({ name }) => name)
}

async function bundle(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tygase/source'],
    plugins: [ownPackages],
    // they bring binaries
    external: ['lmdb'],
    logLevel: 'silent',
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url)",
    },
  })
}

function runBundle(file: string, timeoutMs: number): Promise<{ results: CheckResult[]; end: string }> {
  return new Promise((resolve) => {
    const results: CheckResult[] = []
    let [end, said] = ['', '']
    const child = fork(file, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // an answer needs nothing of the environment, and is not to see it
      env: { PATH: process.env.PATH ?? '' },
    })
    const timer = setTimeout(() => {
      end = `not within ${timeoutMs / 1000} s`
      child.kill('SIGKILL')
    }, timeoutMs)
    child.stderr?.setEncoding('utf8').on('data', (more: string) => {
      if (said.length < 10_000) said += more
    })
    child.on('message', (result) => void results.push(result as CheckResult))
    child.on('error', (error) => {
      end ||= error.message
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      const words = /^\w*Error.*$/m.exec(said)?.[0] ?? 'the answer has ended the process'
      resolve({ results, end: end || `${words} (exit code ${code})` })
    })
  })
}

function text(path: string): string {
  return JSON.stringify(path)
}
