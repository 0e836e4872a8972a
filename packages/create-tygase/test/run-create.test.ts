import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCreate } from '../src/index.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const ctrlC = '\u0003'
let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'create-tygase-'))
})
afterEach(() => rm(cwd, { recursive: true }))

/** @param answers what somebody types, line by line; undefined if nobody is there */
async function run(args: string[], answers?: string[], userAgent?: string) {
  const [output, errors] = [new PassThrough(), new PassThrough()]
  const input = new PassThrough()
  const lines = [...(answers ?? [])]
  // one line for each question, as a person would
  output.on('data', (chunk) => {
    if (!/\) $/.test(String(chunk)) || lines.length === 0) return
    const answer = lines.shift()!
    // a terminal makes the end of the input of Ctrl-C
    if (answer === ctrlC) input.end()
    else input.write(`${answer}\n`)
  })
  const shown: Buffer[] = []
  output.on('data', (chunk: Buffer) => shown.push(chunk))
  const code = await runCreate(args, { cwd, input, output, errors, isInteractive: answers !== undefined, userAgent })
  errors.end()
  return { code, output: Buffer.concat(shown).toString(), errors: await text(errors as Readable) }
}

describe('a game is made', () => {
  it.each([
    ['by name and template', ['duel', '--template', 'cards'], undefined, 'duel', 'cards'],
    ['with the defaults', ['--yes'], undefined, 'gem-rush', 'canvas'],
    ['with the default name of its template', ['-y', '-t', 'cards'], undefined, 'card-table', 'cards'],
    ['by answers', [], ['my-duel', '2'], 'my-duel', 'cards'],
    ['by empty answers', [], ['', ''], 'gem-rush', 'canvas'],
    ['by answers after some that cannot be', [], ['***', 'duel', 'chess', 'cards'], 'duel', 'cards'],
    ['from each template', ['hop', '-t', 'phaser'], undefined, 'hop', 'phaser'],
    ['with React', ['quiz', '-t', 'react'], undefined, 'quiz', 'react'],
    ['in a folder of a folder', ['games/duel', '-y'], undefined, 'games/duel', 'canvas'],
  ])('%s', async (_, args, answers, folder, template) => {
    const { code, output, errors } = await run(args, answers)
    expect([code, errors]).toEqual([0, ''])
    const name = folder.split('/').at(-1)!
    expect(output).toContain(`${name} is made, from the template ${template}.`)
    const files = await readdir(join(cwd, folder))
    for (const file of [
      '.gitignore',
      '.dockerignore',
      'AGENTS.md',
      'Dockerfile',
      'README.md',
      'index.html',
      'package.json',
      'skills',
    ]) {
      expect(files).toContain(file)
    }
    const manifest = JSON.parse(await readFile(join(cwd, folder, 'package.json'), 'utf8'))
    expect(manifest.name).toBe(name)
    expect(manifest.dependencies['@tygase/client']).toMatch(/^\^\d+\.\d+\.\d+$/)
    expect(await readFile(join(cwd, folder, 'README.md'), 'utf8')).not.toContain('{{')
  })

  it.each([
    [undefined, 'npm install', 'npm run dev'],
    ['npm/11.0.0 node/v22', 'npm install', 'npm run dev'],
    ['pnpm/10.2.0 npm/? node/v22', 'pnpm install', 'pnpm dev'],
    ['yarn/4.1.0 npm/? node/v22', 'yarn install', 'yarn dev'],
    ['bun/1.4.5', 'bun install', 'bun run dev'],
  ])('and %s is told how to go on', async (userAgent, install, dev) => {
    const { output } = await run(['duel', '--yes'], undefined, userAgent)
    expect(output).toContain(`  cd duel\n  ${install}\n  ${dev}\n`)
  })

  it.each([
    ['My Game', 'my-game', 'My game'],
    ['Über_Duel 2!', 'ber_duel-2', 'Ber duel 2'],
    ['<b>duel&', 'b-duel', 'B duel'],
  ])('in the folder %j, with a name that npm takes and words that a page shows', async (folder, name, title) => {
    const { code, output } = await run([folder, '--yes'])
    expect(code).toBe(0)
    expect(output).toContain(`${name} is made`)
    const read = (file: string): Promise<string> => readFile(join(cwd, folder, file), 'utf8')
    expect(JSON.parse(await read('package.json')).name).toBe(name)
    expect(await read('index.html')).toContain(`<title>${title}</title>`)
  })

  it('with what its template needs beside what all need, in the order of npm', async () => {
    await run(['hop', '--template', 'phaser', '--yes'])
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(cwd, 'hop/package.json'), 'utf8'))
    expect(dependencies).toMatchObject({ phaser: expect.stringMatching(/^\^\d/), zod: expect.stringMatching(/^\^\d/) })
    for (const part of [dependencies, devDependencies]) expect(Object.keys(part)).toEqual(Object.keys(part).sort())
  })

  it('in the current folder, which may be a repository already', async () => {
    cwd = join(cwd, 'duel')
    await mkdir(join(cwd, '.git'), { recursive: true })
    const { code, output } = await run(['.', '--yes'])
    expect(code).toBe(0)
    expect(output).not.toContain('cd ')
    expect(await readdir(cwd)).toContain('package.json')
  })
})

describe('with packed packages of a folder', () => {
  const inTemplates = ['client', 'devtools', 'gamestate', 'http', 'server', 'react', 'testkit', 'vite']
  const pack = async (parts: readonly string[]): Promise<void> => {
    await mkdir(join(cwd, 'packed'))
    for (const part of parts) await writeFile(join(cwd, `packed/tygase-${part}-1.2.3-rc.1.tgz`), part)
  }

  it('a game brings them along: it names those that it needs, and overrides those that these need', async () => {
    await pack([...inTemplates, 'protocol'])
    await writeFile(join(cwd, 'packed/create-tygase-1.2.3.tgz'), '')
    await writeFile(join(cwd, 'packed/tygase-1.2.3.tgz'), '')
    const { code, errors } = await run(['duel', '--yes', '--packages', 'packed'])
    expect([code, errors]).toEqual([0, ''])
    const read = (file: string): Promise<string> => readFile(join(cwd, 'duel', file), 'utf8')
    const { dependencies, devDependencies, overrides } = JSON.parse(await read('package.json'))
    expect(dependencies).toMatchObject({
      '@tygase/client': 'file:tygase/tygase-client-1.2.3-rc.1.tgz',
      zod: expect.stringMatching(/^\^\d/),
    })
    expect(devDependencies['@tygase/vite']).toBe('file:tygase/tygase-vite-1.2.3-rc.1.tgz')
    expect(overrides).toEqual({
      '@tygase/protocol': 'file:tygase/tygase-protocol-1.2.3-rc.1.tgz',
      '@tygase/react': 'file:tygase/tygase-react-1.2.3-rc.1.tgz',
    })
    expect(await readdir(join(cwd, 'duel/tygase'))).toHaveLength(inTemplates.length + 1)
    expect(await read('tygase/tygase-protocol-1.2.3-rc.1.tgz')).toBe('protocol')
    expect(await read('Dockerfile')).toMatch(
      /^COPY package\*\.json \.\/\nCOPY tygase \.\/tygase\n(#.*\n)?RUN npm install$/m,
    )
  })

  it.each([
    ['a folder without any', []],
    ['a folder that lacks one', inTemplates.filter((part) => part !== 'vite')],
  ])('no game is made from %s', async (_, parts) => {
    await pack(parts)
    const { code, output, errors } = await run(['duel', '--yes', '--packages', 'packed'])
    expect([code, output]).toEqual([1, ''])
    expect(errors).toMatch(/^create-tygase: .+ \(packages_missing\)\n$/)
    expect(await readdir(cwd)).toEqual(['packed'])
  })

  it('no game is made from a folder that there is not', async () => {
    expect(await run(['duel', '--yes', '--packages', 'packed'])).toMatchObject({ code: 1, output: '' })
    expect(await readdir(cwd)).toEqual([])
  })
})

describe('no game is made, and the exit code says so', () => {
  it.each([
    ['a name without a letter or digit that npm takes', ['ゲーム', '--yes'], 1, 'name_invalid'],
    ['a name that npm keeps for itself', ['node_modules', '--yes'], 1, 'name_invalid'],
    ['an empty name', ['', '--yes'], 1, 'name_invalid'],
    ['a name that is too long', ['x'.repeat(215), '--yes'], 1, 'name_invalid'],
    ['a folder with files in it', ['full', '--yes'], 1, 'folder_not_empty'],
    ['a file', ['full/note.txt', '--yes'], 1, 'folder_not_empty'],
    ['a template that there is not', ['duel', '--template', 'chess'], 2, 'template_unknown'],
    ['an option that there is not', ['duel', '--fast'], 2, 'option_unknown'],
    ['two folders', ['duel', 'race', '--yes'], 2, 'option_unknown'],
  ])('%s', async (_, args, expected, named) => {
    await mkdir(join(cwd, 'full'))
    await writeFile(join(cwd, 'full/note.txt'), 'mine')
    const { code, output, errors } = await run(args)
    expect([code, output]).toEqual([expected, ''])
    expect(errors).toMatch(new RegExp(`^create-tygase: .+ \\(${named}\\)\\n$`))
    expect(await readdir(cwd)).toEqual(['full'])
    expect(await readdir(join(cwd, 'full'))).toEqual(['note.txt'])
  })
})

it.each([[[]], [['duel']]])('nothing is made after %j and Ctrl-C, and the exit code says so', async (answers) => {
  const { code, errors } = await run([], [...answers, ctrlC])
  expect([code, errors]).toEqual([130, 'create-tygase: nothing was made (cancelled)\n'])
  expect(await readdir(cwd)).toEqual([])
})

it('the pages that a new game leads to are there', async () => {
  const pages: string[] = []
  const templates = join(root, 'packages/create-tygase/templates')
  for (const file of await readdir(templates, { recursive: true })) {
    if (!file.endsWith('.md')) continue
    const text = await readFile(join(templates, file), 'utf8')
    pages.push(...[...text.matchAll(/\{\{docs\}\}\/([\w/.-]+\.md)/g)].map(([, page]) => `docs/${page}`))
  }
  expect(pages.length).toBeGreaterThan(3)
  expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([])
})

it('the help names all templates, and makes nothing', async () => {
  const { code, output } = await run(['--help'])
  expect(code).toBe(0)
  for (const name of ['canvas', 'cards', 'phaser', 'react']) expect(output).toContain(name)
  expect(await readdir(cwd)).toEqual([])
})
