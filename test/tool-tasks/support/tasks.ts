import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One prompt with its hidden acceptance tests. */
export interface Task {
  readonly name: string
  /** The text that a tool is given. */
  readonly prompt: string
  /** The module with its checks. */
  readonly acceptance: string
  /** A folder with an answer that passes. */
  readonly reference: string
  /** Faults that the checks have to find, as JSON. */
  readonly wrong: string
  /** The modules that an answer has to have. */
  readonly modules: readonly string[]
}

const folder = join(import.meta.dirname, '..')

/** All tasks, in alphabetical order. */
export function allTasks(): Task[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'PROMPT.md')))
    .sort()
    .map((name) => {
      const file = (path: string): string => join(folder, name, path)
      const reference = file('reference')
      const modules = ['game.ts', 'server.ts'].filter((module) => existsSync(join(reference, module)))
      return {
        name,
        prompt: file('PROMPT.md'),
        acceptance: file('acceptance.ts'),
        reference,
        wrong: file('wrong.json'),
        modules,
      }
    })
}
