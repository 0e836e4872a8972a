import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'

const page = readText('docs/reference/guarantees.md')
const mentions = [...page.matchAll(/\[[^\]]+\]\(\.\.\/\.\.\/([^)]+\.test\.ts)\): ([^|<]+?)(?=<br>| \||$)/gm)].map(
  ([, path, title]) => [path!, title!.trim()] as const,
)

it('the page names its tests', () => {
  expect(mentions.length).toBeGreaterThan(20)
})

it.each(mentions.filter(([, title]) => title !== 'after every step'))('%s has a test "%s"', (path, title) => {
  // titles may go on with the cases that they show
  expect(readText(join('.', path)).replaceAll("\\'", "'")).toContain(title)
})
