import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '../architecture/repository.js'
import { codeBlocks, filesOf } from './code-blocks.js'

const config = {
  extends: '../../tsconfig.tests.json',
  // every block is a module of its own, and may show a thing without using it
  compilerOptions: { moduleDetection: 'force', noUnusedLocals: false, noUnusedParameters: false, jsx: 'react-jsx' },
  include: ['**/*.ts', '**/*.tsx'],
}

/**
 * Type-checks the TypeScript in Markdown pages against the sources of the packages, all pages in one run of the compiler.
 * @param pages the text of each by its path
 * @param name of a folder below `.cache`: test files that run at the same time need one each
 * @returns what is wrong with each page that has code: `line: message`, with the line of the page; empty when it compiles
 */
export async function compilePages(pages: ReadonlyMap<string, string>, name = 'docs'): Promise<Map<string, string[]>> {
  const project = join(root, '.cache', name)
  const write = (path: string, text: string): Promise<void> => writeBelow(project, path, text)
  await rm(project, { recursive: true, force: true })
  await write('package.json', JSON.stringify({ type: 'module' }))
  await write('tsconfig.json', JSON.stringify(config))
  const complaints = new Map<string, string[]>()
  for (const [path, text] of pages) {
    const files = filesOf(codeBlocks(text))
    if (files.size > 0) complaints.set(path, [])
    for (const [file, code] of files) await write(join(folderOf(path), file), code)
  }
  let last: string[] | undefined
  for (const line of (await compilerOutput(project)).split('\n')) {
    const said = /^(?<file>[^(]+)\((?<line>\d+),\d+\): (?<message>.*)$/.exec(line)?.groups
    if (said === undefined) {
      // the compiler goes on about the line before, or says something about no file at all
      if (line.startsWith(' ') && last) last.push(line)
      else if (line !== '') throw new Error(line)
      continue
    }
    const page = [...complaints.keys()].find((path) => said.file?.startsWith(`${folderOf(path)}/`))
    if (page === undefined) throw new Error(`The sources themselves do not compile: ${line}`)
    last = complaints.get(page)
    last?.push(`${said.line}: ${said.message}`)
  }
  return complaints
}

/** A folder of the page's own, so that the files of pages do not meet. */
const folderOf = (path: string) => path.replaceAll(/[^\w-]+/g, '_')

async function writeBelow(project: string, path: string, text: string): Promise<void> {
  const absolute = join(project, path)
  await mkdir(dirname(absolute), { recursive: true })
  await writeFile(absolute, text)
}

function compilerOutput(project: string): Promise<string> {
  const compiler = join(root, 'node_modules/.bin/tsc')
  return new Promise((resolve) => {
    execFile(
      compiler,
      ['-p', '.', '--pretty', 'false'],
      { cwd: project, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve(`${stdout}${stderr}${error && stdout === '' && stderr === '' ? error.message : ''}`)
      },
    )
  })
}
