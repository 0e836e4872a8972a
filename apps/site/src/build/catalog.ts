import { basename, dirname } from 'node:path/posix'
import { contentsPage, type Section } from './contents.js'
import { type ErrorGroup, errorPath, errorsPage } from './errors.js'
import { type Link, pathFrom } from './markdown.js'
import { isThere, markdownBelow } from './repository.js'

/** Where the page of the repository's front stands: the site has a front page of its own. */
const overview = 'README.md'

/**
 * Where each Markdown file stands in the site, without its ending: `guides/rooms` for `docs/guides/rooms.md`. It has all pages
 * below `docs`, and those that the contents lead to.
 */
export function placesOf(sections: readonly Section[]): Map<string, string> {
  const listed = sections.flatMap(({ groups }) => groups.flatMap(({ items }) => items.map(({ source }) => source)))
  const sources = new Set([overview, contentsPage, ...listed, ...markdownBelow('docs')])
  return new Map([...sources].map((source) => [source, placeOf(source)]))
}

const places: Readonly<Record<string, string>> = {
  [overview]: 'overview',
  [contentsPage]: 'contents',
  [errorsPage]: 'errors/index',
  'PROTOCOL.md': 'internals/wire-format',
  'CONTRIBUTING.md': 'internals/contributing',
}

function placeOf(source: string): string {
  const place = places[source]
  if (place !== undefined) return place
  if (source.startsWith('docs/')) return source.slice('docs/'.length, -'.md'.length)
  if (basename(source) === 'README.md') {
    const folder = dirname(source)
    return folder.replace(/^apps\//, 'examples/')
  }
  return source.slice(0, -'.md'.length).toLowerCase()
}

/** The links of pages, as the site has them. */
export class SiteLinks {
  readonly #places: ReadonlyMap<string, string>
  readonly #codes: ReadonlySet<string>
  readonly #host: string | undefined

  /**
   * @param host address of the repository's files on the web; undefined while it has none
   */
  constructor(places: ReadonlyMap<string, string>, groups: readonly ErrorGroup[], host: string | undefined) {
    this.#places = places
    this.#codes = new Set(groups.flatMap(({ codes }) => codes.map(({ code }) => code)))
    this.#host = host
  }

  /**
   * The target of a link from a page of the repository, for the page at `place`. A folder stands for its README. A file that is
   * no page is read at the host of the repository; while there is none, the label stays alone.
   * @throws Error for a file that is not there
   */
  target(source: string, place: string, { isPicture, target, anchor }: Link): string | undefined {
    const path = pathFrom(source, target)
    if (!isThere(path)) throw new Error(`${source} leads to ${path}, which is not there`)
    if (isPicture) return relativePath(place, pictureOf(path))
    const page = this.#places.get(path) ?? this.#places.get(`${path}/README.md`)
    if (page === undefined) return this.#host && `${this.#host}/${path}${anchor && `#${anchor}`}`
    if (path === errorsPage && this.#codes.has(anchor)) return `${relativePath(place, errorPath(anchor))}.md`
    if (page === place) return `#${anchor}`
    return `${relativePath(place, page)}.md${anchor && `#${anchor}`}`
  }
}

/** Where a picture of the repository stands in the site. */
export function pictureOf(path: string): string {
  return `images/${path.replace(/^docs\/images\//, '').replaceAll('/', '-')}`
}

/** The way from one page of the site to another one. Never without a dot at its start, so that it is no name of a package. */
export function relativePath(from: string, to: string): string {
  const up = from.split('/').slice(0, -1)
  const down = to.split('/')
  while (up.length > 0 && up[0] === down[0] && down.length > 1) {
    up.shift()
    down.shift()
  }
  return `${up.length === 0 ? './' : '../'.repeat(up.length)}${down.join('/')}`
}
