// `npm run tasks -- FOLDER`: scores the answers in a folder, or writes the prompts for a tool.
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkTypes } from './support/check-types.js'
import { type Score, scoreAnswer } from './support/score-answer.js'
import { allTasks, type Task } from './support/tasks.js'

const help = `npm run tasks -- FOLDER            scores the answers in FOLDER, which has a folder for each task
npm run tasks -- --prompts FOLDER  writes the prompts into FOLDER/TASK/PROMPT.md, for a tool to answer there

  --only TASK,…   some of the tasks
  --json FILE     writes the scores
  --timeout S     for the checks of one answer; default 60

The answers are run on this machine, with the rights of its user: read them first if you do not trust the tool.
`

/** What is printed and written of an answer. */
interface Line extends Score {
  readonly types: readonly string[]
}

// npm runs a script in the folder of the repository
const typedIn = process.env.INIT_CWD ?? process.cwd()

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    prompts: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    timeout: { type: 'string', default: '60' },
  },
})

const tasks = chosen(values.only)
const timeoutMs = Number(values.timeout) * 1000
if (values.help || !(timeoutMs > 0)) print(help)
else if (values.prompts !== undefined) await writePrompts(resolve(typedIn, values.prompts))
else if (positionals.length === 1) await scoreAll(resolve(typedIn, positionals[0]!))
else {
  print(help)
  process.exitCode = 2
}

function chosen(only: string | undefined): Task[] {
  const all = allTasks()
  const names = only?.split(',') ?? all.map(({ name }) => name)
  const unknown = names.find((name) => all.every((task) => task.name !== name))
  if (unknown !== undefined) {
    throw new Error(`There is no task "${unknown}"; the tasks are ${all.map(({ name }) => name).join(', ')}.`)
  }
  return all.filter(({ name }) => names.includes(name))
}

async function writePrompts(folder: string): Promise<void> {
  for (const { name, prompt } of tasks) {
    await mkdir(join(folder, name), { recursive: true })
    await copyFile(prompt, join(folder, name, 'PROMPT.md'))
  }
  print(`${tasks.length} prompts are in ${folder}.\n`)
}

async function scoreAll(folder: string): Promise<void> {
  const answers = new Map(tasks.map(({ name }): [string, string] => [name, join(folder, name)]))
  const there = new Map([...answers].filter(([, answer]) => existsSync(answer)))
  const types = await checkTypes(there, 'types')
  const lines: Line[] = []
  for (const task of tasks) {
    const score = await scoreAnswer(task, answers.get(task.name)!, timeoutMs)
    const line = { ...score, types: types.get(task.name) ?? ['there is no answer'] }
    lines.push(line)
    print(rowOf(line))
  }
  const passed = lines.reduce((sum, line) => sum + line.passed, 0)
  const total = lines.reduce((sum, line) => sum + line.total, 0)
  const whole = lines.filter((line) => line.passed === line.total && line.types.length === 0).length
  print(`\n${whole} of ${lines.length} tasks are done, ${passed} of ${total} checks passed\n`)
  if (values.json !== undefined) {
    const text = JSON.stringify({ tasks: lines.length, done: whole, passed, total, answers: lines }, undefined, 2)
    await writeFile(resolve(typedIn, values.json), `${text}\n`)
  }
  if (whole < lines.length) process.exitCode = 1
}

function rowOf({ task, passed, total, seconds, types, failed }: Line): string {
  const head = `${task.padEnd(28)}${`${passed}/${total}`.padStart(6)}  types ${types.length === 0 ? 'ok ' : 'bad'}  ${seconds.toFixed(1)} s`
  const faults = failed.map(({ name, fault }) => `    ✗ ${name}: ${fault.split('\n')[0]}`)
  return `${[head, ...types.slice(0, 3).map((complaint) => `    type: ${complaint}`), ...faults].join('\n')}\n`
}

function print(text: string): void {
  process.stdout.write(text)
}
