import { readdirSync, readFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { seedCases } from './seed-cases.mjs'

/** @typedef {{ id: string, file: string, title: string }} TaggedTest */

const skipped = new Set(['node_modules', 'dist', '.cache', '.git'])
const tag = /\[([PMGRC]\d+)\]/g
const taggedText = /(['"`])((?:(?!\1)[^\n\\]|\\.)*\[[PMGRC]\d+\])\1/g

/**
 * The tests that name a case at the end of their title, as in `… [P22]`; one that names several is there for each.
 * @returns {TaggedTest[]} in the order of their files and places
 */
export function findTaggedTests() {
  return testFiles('.').flatMap((file) =>
    [...readFileSync(inRoot(file), 'utf8').matchAll(taggedText)].flatMap(([, , text = '']) => {
      const title = text.replaceAll(tag, '').replaceAll('\\', '').trim()
      return [...text.matchAll(tag)].map(([, id = '']) => ({ id, file, title }))
    }),
  )
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function testFiles(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return testFiles(path)
      return entry.name.endsWith('.test.ts') ? [path] : []
    })
}

const head = `# Cases of the seeds

What the systems that this project grew from had to show in order to count as working, in the words of this project, and the tests that show it
here. \`npm run seeds\` writes this page from the titles of the tests, which name their cases at the end, and a test sees that it is true.
`

/**
 * The page, from the tests.
 * @param {readonly TaggedTest[]} tests
 */
export function writeSeedPage(tests) {
  const rows = seedCases.map(({ id, about, later }) => {
    const shown = tests.filter((test) => test.id === id).map(({ file, title }) => testCell(file, title))
    return `| ${id} | ${about} | ${shown.length > 0 ? shown.join('<br>') : `later: ${later}`} |`
  })
  return `${head}\n| case | what has to hold | shown by |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

/**
 * How a test stands in the page.
 * @param {string} file
 * @param {string} title
 */
export function testCell(file, title) {
  return `[${file.split('/').at(-1)}](../${file}): ${title.replaceAll('|', '\\|').replaceAll('<', '&lt;')}`
}
