import { readdirSync, readFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { seedCases } from './seed-cases.mjs'

/** @typedef {{ id: string, file: string, title: string }} TaggedTest */

const skipped = new Set(['node_modules', 'dist', '.cache', '.git'])
const tag = /\[([PMGRC]\d+)\]/g
const taggedText = /(['"`])((?:(?!\1)[^\n\\]|\\.)*\[[PMGRC]\d+\])\1/g

/**
 * Tests that name a case at the end of their title, as in `… [P22]`. A test that names several cases is listed for each.
 * @returns {TaggedTest[]} by file, then by place in the file
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

The behaviour that the ancestors of this project had to show, in the words of this project, and the tests that show it here.
\`npm run seeds\` writes this page: a test names its cases at the end of its title. Another test checks that the page is current.
`

const systems = /** @type {const} */ ([
  ['P', 'PyGaSe, the model of this project'],
  ['M', 'MpGameServer'],
  ['G', 'gamelib'],
  ['R', 'the terminal RPG'],
  ['C', 'the channel server'],
])

/**
 * The page, from the tests.
 * @param {readonly TaggedTest[]} tests
 */
export function writeSeedPage(tests) {
  const sections = systems.map(([letter, name]) => {
    const cases = seedCases.filter(({ id }) => id.startsWith(letter))
    return `\n## ${name}\n\n${cases.map((seedCase) => writeCase(seedCase, tests)).join('')}`
  })
  return head + sections.join('')
}

/**
 * @param {import('./seed-cases.mjs').SeedCase} seedCase
 * @param {readonly TaggedTest[]} tests
 */
function writeCase({ id, about, later }, tests) {
  const shown = tests.filter((test) => test.id === id).map(({ file, title }) => testLine(file, title))
  return `- **${id}** ${about}\n${(shown.length > 0 ? shown : [`  - later: ${later}\n`]).join('')}`
}

/**
 * The line of a test in the page.
 * @param {string} file
 * @param {string} title
 */
export function testLine(file, title) {
  return `  - [${file.split('/').at(-1)}](../${file}): ${title.replaceAll('<', '&lt;')}\n`
}
