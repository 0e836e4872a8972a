import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { checkTypes } from './support/check-types.js'
import { scoreAnswer } from './support/score-answer.js'
import { allTasks, type Task } from './support/tasks.js'

/** A reference answer with one place changed. */
interface Wrong {
  fault: string
  /** Default `game.ts`. */
  file?: string
  replace: [from: string, to: string]
  /** The names of the checks that find it. */
  fails: string[]
}

/** Far more than the checks of an answer take. */
const timeoutMs = 120_000

const folder = mkdtempSync(join(tmpdir(), 'tygase-tasks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tasks = allTasks()
const wrongOnes = tasks.flatMap((task) => {
  const list: Wrong[] = JSON.parse(readFileSync(task.wrong, 'utf8'))
  return list.map((wrong, index) => ({ task, wrong, label: `${task.name}-${index}` }))
})

/** Answers to all ten take minutes. */
const sample = ['hidden-hands']
const triedTasks = often(
  tasks.filter(({ name }) => sample.includes(name)),
  tasks,
)
const triedWrongOnes = often(
  sample.map((name) => wrongOnes.find(({ task }) => task.name === name)!),
  wrongOnes,
)

/** The answer of a task with other texts in its modules. */
function answerWith(label: string, task: Task, texts: Readonly<Record<string, string>>): string {
  const answer = join(folder, label)
  mkdirSync(answer)
  cpSync(task.reference, answer, { recursive: true })
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(answer, file), text)
  return answer
}

describe('the tasks', () => {
  it('are ten', () => {
    expect(tasks).toHaveLength(10)
  })

  it('each have a fault that their checks must find', () => {
    expect([...new Set(wrongOnes.map(({ task }) => task.name))]).toEqual(tasks.map(({ name }) => name))
  })
})

describe.concurrent('the reference answer of', () => {
  let types: ReadonlyMap<string, string[]> = new Map()
  beforeAll(async () => {
    types = await checkTypes(new Map(tasks.map((task) => [task.name, task.reference])), 'references')
  })

  it.each(triedTasks.map((task) => [task.name, task] as const))(
    '%s passes all checks, with right types',
    async (_, task) => {
      const { failed, passed, total } = await scoreAnswer(task, task.reference, timeoutMs)
      expect(failed).toEqual([])
      expect([passed, types.get(task.name)]).toEqual([total, []])
    },
  )
})

describe.concurrent('a wrong answer', () => {
  it.each(triedWrongOnes)('of $task.name fails for its fault: $wrong.fault', async ({ task, wrong, label }) => {
    const { file = 'game.ts', replace, fails } = wrong
    const text = readFileSync(join(task.reference, file), 'utf8')
    expect(text.split(replace[0])).toHaveLength(2)
    const answer = answerWith(label, task, { [file]: text.replace(replace[0], () => replace[1]) })
    const { failed } = await scoreAnswer(task, answer, timeoutMs, label)
    expect(failed.map(({ name }) => name)).toEqual(fails)
  })
})

describe('an answer', () => {
  const [task] = tasks
  const passes = { task: task!.name, passed: 0 }

  it('that is not there passes nothing, and says what is missing', async () => {
    const { failed, ...score } = await scoreAnswer(task!, join(folder, 'nowhere'), timeoutMs, 'nowhere')
    expect(score).toMatchObject(passes)
    expect(new Set(failed.map(({ fault }) => fault))).toEqual(new Set(['the answer has no game.ts']))
  })

  it('that cannot be read passes nothing', async () => {
    const answer = answerWith('unreadable', task!, { 'game.ts': 'export const game = defineGame({' })
    const { failed, ...score } = await scoreAnswer(task!, answer, timeoutMs, 'unreadable')
    expect(score).toMatchObject(passes)
    expect(failed[0]!.fault).toMatch(/^the answer cannot be bundled: /)
  })

  it('that throws when it is loaded passes nothing, and says why', async () => {
    const answer = answerWith('throwing', task!, { 'game.ts': "throw new Error('not today')" })
    const { failed, ...score } = await scoreAnswer(task!, answer, timeoutMs, 'throwing')
    expect(score).toMatchObject(passes)
    expect(failed[0]!.fault).toContain('not today')
  })

  it('that never ends is ended, and has failed', async () => {
    const answer = answerWith('endless', task!, { 'game.ts': 'for (;;);\nexport const game = 1' })
    const { failed, ...score } = await scoreAnswer(task!, answer, 1000, 'endless')
    expect(score).toMatchObject(passes)
    expect(failed[0]!.fault).toBe('not within 1 s')
  })

  it('with wrong types is told apart from one with right ones', async () => {
    const right = readFileSync(join(task!.reference, 'game.ts'), 'utf8')
    const answers = new Map([
      ['right', answerWith('right', task!, {})],
      ['wrong', answerWith('wrong', task!, { 'game.ts': `${right}\nexport const size: string = 5\n` })],
    ])
    const types = await checkTypes(answers, 'types-of-two')
    expect(types.get('right')).toEqual([])
    expect(types.get('wrong')).toEqual([expect.stringMatching(/^game\.ts\(\d+,\d+\): error TS2322/)])
  })
})

describe('the program', () => {
  /** Runs it as `npm run tasks` does, from another folder. */
  function run(...args: string[]): Promise<{ status: number; out: string }> {
    const program = join(import.meta.dirname, 'start.mjs')
    const env = { ...process.env, INIT_CWD: folder }
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), out: stdout + stderr })
      })
    })
  }

  it('writes the prompts, and scores the answers that are put beside them', async () => {
    const names = tasks.slice(0, 2).map(({ name }) => name)
    const only = ['--only', names.join()]
    expect(await run('--prompts', 'answers', ...only)).toEqual({
      status: 0,
      out: `2 prompts are in ${join(folder, 'answers')}.\n`,
    })
    const answer = join(folder, 'answers', names[0]!)
    expect(existsSync(join(answer, 'PROMPT.md'))).toBe(true)
    cpSync(tasks[0]!.reference, answer, { recursive: true })
    const { status, out } = await run('answers', ...only, '--json', 'scores.json')
    expect(status).toBe(1)
    expect(out).toMatch(
      /^chat-with-a-mute {15}7\/7 {2}types ok {3}[\d.]+ s\nhidden-hands {19}0\/7 .*the answer has no game\.ts\n/s,
    )
    expect(out).toMatch(/\n1 of 2 tasks are done, 7 of 14 checks passed\n$/)
    expect(JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8'))).toMatchObject({
      tasks: 2,
      done: 1,
      passed: 7,
      total: 14,
      answers: [
        { task: names[0], passed: 7, types: [], failed: [] },
        { task: names[1], passed: 0 },
      ],
    })
  })

  it.each([
    [['--only', 'chess'], 1, /There is no task "chess"; the tasks are chat-with-a-mute, /],
    [[], 2, /^npm run tasks -- FOLDER /],
    [['--help'], 0, /^npm run tasks -- FOLDER /],
  ])('%j ends with %i', async (args, code, text) => {
    const { status, out } = await run(...args)
    expect(status).toBe(code)
    expect(out).toMatch(text)
  })
})
