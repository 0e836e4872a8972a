import { linksOf, pathFrom, titleOf } from './markdown.js'
import { readText } from './repository.js'

interface Item {
  readonly title: string
  /** The Markdown file, relative to the root. */
  readonly source: string
  /** What the page is about; empty if that is not said. */
  readonly note: string
}

interface Group {
  /** Empty for the items that stand under the section itself. */
  readonly title: string
  readonly items: readonly Item[]
}

export interface Section {
  readonly title: string
  readonly groups: readonly Group[]
}

/** The page whose headings, lists and tables say which pages there are, and in which order they are read. */
export const contentsPage = 'docs/README.md'

/**
 * The contents as that page has them: a section for each heading, with one item for each page in a list or in a cell of a table.
 * The head of a table names a group, and so do the words before several links in one line.
 * @param text of the page
 * @param titleOfPage of a page by its path: for links in the middle of a sentence, which have no title of their own
 */
export function readContents(
  text = readText(contentsPage),
  titleOfPage = (path: string) => titleOf(readText(path)),
): Section[] {
  const sections: { title: string; groups: { title: string; items: Item[] }[] }[] = []
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const heading = /^## +(?<title>.+)$/.exec(line)?.groups?.title
    if (heading !== undefined) sections.push({ title: heading, groups: [{ title: '', items: [] }] })
    const groups = sections.at(-1)?.groups
    if (groups === undefined || heading !== undefined) continue
    const head = lines[index + 1]?.startsWith('|---') ? cellsOf(line) : undefined
    // a table whose second column has a head has no name
    if (head !== undefined) groups.push({ title: head[1] === '' ? capitalised(head[0] ?? '') : '', items: [] })
    else readLine(line, groups, titleOfPage)
  }
  return sections.map(({ title, groups }) => ({ title, groups: groups.filter(({ items }) => items.length > 0) }))
}

function readLine(
  line: string,
  groups: { title: string; items: Item[] }[],
  titleOfPage: (path: string) => string,
): void {
  // the page may stand before or behind the words about it
  const cells = cellsOf(line)
  const [page, note] = cells?.[0]?.startsWith('[') ? cells : (cells ?? []).toReversed()
  const entry = page ?? /^(?:[-*]|\d+\.) +(?<rest>.*)$/.exec(line)?.groups?.rest
  const links = entry === undefined ? [] : linksOf(entry).filter(({ target }) => target.endsWith('.md'))
  const first = links[0]
  if (entry === undefined || first === undefined) return
  const itemsOf = (found: typeof links, note: string): Item[] =>
    found.map(({ label, target }) => {
      const source = pathFrom(contentsPage, target)
      // a title begins with a capital; other words are a part of the sentence
      return { title: /^[A-Z]/.test(label) ? label : titleOfPage(source), source, note: plain(note) }
    })
  if (first.start > 0) {
    const title = entry.slice(0, first.start).replace(/^The /, '').replace(/:? *$/, '')
    groups.push({ title: capitalised(title), items: itemsOf(links, '') })
    return
  }
  // links after the words that explain are no items of their own
  const colon = entry.indexOf('): ')
  const items = colon < 0 ? links : links.filter(({ end }) => end <= colon + 1)
  const words = note ?? (colon < 0 ? '' : entry.slice(colon + 3))
  // items after a group of one line go on under the section itself
  const group = cells === undefined ? groups[0] : groups.at(-1)
  group?.items.push(...itemsOf(items, words))
}

/** The cells of a row of a table; undefined for another line. */
function cellsOf(line: string): string[] | undefined {
  if (!/^\|.*\|$/.test(line)) return undefined
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim())
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A note without links and without the full stop of a sentence. */
function plain(note: string): string {
  return note.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\.$/, '')
}
