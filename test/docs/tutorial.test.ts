import { describe, expect, it } from 'vitest'
import { applyPatch } from '../../scripts/apply-patch.mjs'
import { filesBelow, readText } from '../architecture/repository.js'
import { codeBlocks } from './code-blocks.js'

const steps = ['1-move', '2-smooth', '3-shoot', '4-rooms', '5-internet']
const languages = ['ts', 'html', 'dockerfile']

/** What a page shows. The style of the page is left to the reader. */
function filesOf(step: string | undefined): Map<string, string> {
  if (step === undefined) return new Map()
  const folder = `docs/tutorial/code/${step}/`
  const paths = filesBelow(folder.slice(0, -1), ['.ts', '.html', 'Dockerfile'])
  return new Map(paths.map((path) => [path.slice(folder.length), readText(path)]))
}

/** What the folder of the step before becomes, going by the page alone: new files are whole, changes are diffs. */
function afterPage(page: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const files = new Map(before)
  for (const { code } of codeBlocks(page, 'diff')) {
    const changed = applyPatch(code, (path) => {
      const text = files.get(path)
      if (text === undefined) throw new Error(`the page changes ${path}, which is not there`)
      return text
    })
    for (const [path, text] of changed) files.set(path, text)
  }
  for (const language of languages) {
    for (const { file, code } of codeBlocks(page, language)) files.set(file, `${code}\n`)
  }
  for (const [, path] of page.matchAll(/^Delete `([^`]+)`/gm)) files.delete(path!)
  return files
}

describe.each(steps.map((step, index) => [step, steps[index - 1]] as const))('docs/tutorial/%s.md', (step, before) => {
  it('makes the folder of its step out of the one before, to the letter', () => {
    const made = afterPage(readText(`docs/tutorial/${step}.md`), filesOf(before))
    const folder = filesOf(step)
    expect([...made.keys()].sort()).toEqual([...folder.keys()].sort())
    for (const [path, text] of folder) expect(made.get(path), path).toBe(text)
  })
})

describe('the check of the tutorial', () => {
  it('would find a page that differs from its folder', () => {
    const page = readText('docs/tutorial/1-move.md').replace('tickRate: 20', 'tickRate: 21')
    expect(afterPage(page, new Map()).get('src/game.ts')).not.toBe(filesOf('1-move').get('src/game.ts'))
  })
})
