import { execFile } from 'node:child_process'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../architecture/repository.js'

const config = {
  extends: '../../tsconfig.tests.json',
  // an answer may have more than the task needs
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['**/*.ts'],
}

/**
 * Checks the types of answers against the sources of the packages, all of them in one run of the compiler.
 * @param answers the folder of each, by the name of its task
 * @param label of a folder below `.cache`: runs at the same time need one each
 * @returns the complaints about each answer; none if its types are right
 */
export async function checkTypes(answers: ReadonlyMap<string, string>, label: string): Promise<Map<string, string[]>> {
  const project = join(root, '.cache', `tool-tasks-${label}`)
  await rm(project, { recursive: true, force: true })
  await mkdir(project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
  for (const [name, folder] of answers) {
    const isOwn = (path: string): boolean =>
      !/[\\/](?:node_modules|dist|\.git)(?:[\\/]|$)/.test(path.slice(folder.length))
    await cp(folder, join(project, name), { recursive: true, filter: isOwn })
  }
  const output = await new Promise<string>((resolve) => {
    const compiler = join(root, 'node_modules/.bin/tsc')
    const options = { cwd: project, maxBuffer: 1 << 26 }
    execFile(compiler, ['-p', '.', '--pretty', 'false'], options, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
  const complaints = new Map([...answers.keys()].map((name): [string, string[]] => [name, []]))
  for (const line of output.split('\n')) {
    const [, name = '', rest = ''] = /^([^/(]+)\/(.*)$/.exec(line) ?? []
    complaints.get(name)?.push(rest)
  }
  return complaints
}
