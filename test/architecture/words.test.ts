import { describe, expect, it } from 'vitest'
import { importsOf } from './imports.js'
import { codeFiles, readText, sourceFiles } from './repository.js'
import { hasReason, type SourceLine, sourceLines } from './source-lines.js'

/** Time, chance, I/O and the console: a core package takes them as arguments. */
const impure =
  /(?<![.\w$#])(?:Date|performance|setTimeout|setInterval|setImmediate|queueMicrotask|console|process|crypto|fetch|WebSocket)\b|\bMath\s*\.\s*random\b/
const anyType = /(?<![.\w$#])any\b(?!\s*\()/
const voice = /(?<![.\w$#])console\b/
const notRun =
  /(?<![.\w$])(?:(?:it|test|describe|suite|bench)(?:\s*\.\s*\w+)*\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)|x(?:it|test|describe)|f(?:it|describe))\b/
const suppression = /@ts-(?:ignore|nocheck)|@ts-expect-error|biome-ignore|eslint-disable/
const unfinished = /\b(?:TODO|FIXME|XXX|HACK)\b/

const samples: [what: string, pattern: RegExp, found: string[], passed: string[]][] = [
  [
    'time and chance',
    impure,
    ['Date.now()', 'new Date', 'performance.now()', 'Math.random()', 'f(setTimeout)', 'queueMicrotask(f)'],
    ['clock.setTimeout(f)', 'UpdateDate', 'ctx.random()', 'this.#performance', 'processed'],
  ],
  [
    'the type any',
    anyType,
    ['a: any', 'any[]', 'Map<string, any>', 'x as any'],
    ['many', 'anything', 'list.any(x)', 'any(x)'],
  ],
  ['the console', voice, ["console.log('x')"], ['my.console', 'consoles']],
  [
    'a test that does not run',
    notRun,
    ['it.skip(', 'describe.only(', 'test.concurrent.todo(', 'xit('],
    ['it(', 'it.each(', 'exit(', 'list.only'],
  ],
]

/** The two places where real time and the console come in: the default clock and the default logger. */
const exempt = ['clock', 'logger'].map((name) => `packages/gamestate/src/${name}.ts`)
const isCore = (file: string) => /^packages\/(?:gamestate|protocol)\//.test(file)
const isPackage = (file: string) => file.startsWith('packages/')
const isTest = (file: string) => /\.test\.ts$/.test(file)

/** The lines that are wrong, as `file:line text`. */
function linesWhere(
  files: readonly string[],
  isWrong: (line: SourceLine, lines: readonly SourceLine[]) => boolean,
): string[] {
  expect(files).not.toEqual([])
  return files.flatMap((file) => {
    const lines = sourceLines(readText(file))
    return lines.filter((line) => isWrong(line, lines)).map((line) => `${file}:${line.number} ${line.text.trim()}`)
  })
}

describe('what is looked for', () => {
  it.each(samples)('is %s and nothing else', (_, pattern, found, passed) => {
    expect(found.filter((code) => !pattern.test(code))).toEqual([])
    expect(passed.filter((code) => pattern.test(code))).toEqual([])
  })

  it('is a reason on the line or in the comment above it', () => {
    const withReason = (source: string) => {
      const lines = sourceLines(source)
      return hasReason(lines, lines.at(-1)!)
    }
    expect(withReason('a: any // reason: x')).toBe(true)
    expect(withReason('// reason: x\n// more of it\na: any')).toBe(true)
    expect(withReason('// reason:\na: any')).toBe(false)
    expect(withReason('// reason: x\n\na: any')).toBe(false)
    expect(withReason('a: any')).toBe(false)
  })
})

describe('gamestate and protocol', () => {
  const core = sourceFiles().filter((file) => isCore(file) && !exempt.includes(file))

  it('have no clock, no timer, no chance, no socket and no console', () => {
    expect(linesWhere(core, ({ code }) => impure.test(code))).toEqual([])
  })

  it('do not use the clock of the system', () => {
    const users = core.filter((file) => !/\/(?:index|internal)\.ts$/.test(file))
    expect(linesWhere(users, ({ code }) => /\bsystemClock\b/.test(code))).toEqual([])
  })

  it('import nothing of Node', () => {
    const wrong = core.flatMap((file) =>
      importsOf(readText(file))
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .map(({ specifier, line }) => `${file}:${line} ${specifier}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('the packages', () => {
  it('do not print', () => {
    const sources = sourceFiles().filter((file) => isPackage(file) && !exempt.includes(file))
    expect(linesWhere(sources, ({ code }) => voice.test(code))).toEqual([])
  })
})

describe('all code', () => {
  it('gives a reason wherever it says any', () => {
    expect(linesWhere(codeFiles(), (line, lines) => anyType.test(line.code) && !hasReason(lines, line))).toEqual([])
  })

  it('gives a reason wherever a check is switched off', () => {
    const sources = codeFiles().filter((file) => !isTest(file))
    const isSwitchedOff = ({ text, code }: SourceLine) =>
      suppression.test(text) && !suppression.test(code) && /\/[/*]/.test(text)
    expect(linesWhere(sources, (line, lines) => isSwitchedOff(line) && !hasReason(lines, line))).toEqual([])
  })

  it('leaves nothing for later', () => {
    const isComment = ({ text, code }: SourceLine) => text !== code && /\/\/|^\s*\*|\/\*/.test(text)
    expect(
      linesWhere(
        codeFiles().filter((file) => !isTest(file)),
        (line) => isComment(line) && unfinished.test(line.text),
      ),
    ).toEqual([])
  })
})

describe('the tests', () => {
  it('all run: none is skipped, none runs alone, none is to be written', () => {
    expect(linesWhere(codeFiles().filter(isTest), ({ code }) => notRun.test(code))).toEqual([])
  })
})
