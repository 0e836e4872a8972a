import type { DefaultTheme } from 'vitepress'
import { type ApiPage, makeApi } from './api.js'
import { pictureOf, placesOf, relativePath, SiteLinks } from './catalog.js'
import { contentsPage, readContents, type Section } from './contents.js'
import {
  type ErrorGroup,
  errorPageText,
  errorPath,
  errorsIndexText,
  errorsPage,
  groupsByCode,
  readErrors,
} from './errors.js'
import { homeText } from './home.js'
import type { About, TextPage, TextSection } from './llms.js'
import { changeLinks, changeProse, pathFrom, titleOf } from './markdown.js'
import { markdownFolder, readManifest, readText } from './repository.js'

/** A page as VitePress reads it. */
interface WrittenPage {
  /** From the root of the site: `guides/rooms.md`. */
  readonly path: string
  readonly text: string
  /** Undefined for a text that has its own. */
  readonly matter: Readonly<Record<string, unknown>> | undefined
}

/** The navigation of the site. */
export interface Contents {
  readonly nav: DefaultTheme.NavItem[]
  readonly sidebar: DefaultTheme.SidebarMulti
}

export interface Site {
  readonly pages: readonly WrittenPage[]
  /** Where each picture of the repository goes. */
  readonly pictures: ReadonlyMap<string, string>
  readonly contents: Contents
  readonly about: About
  /** All pages but the front page, by sections. */
  readonly texts: readonly TextSection[]
}

/** Pages that only list others: the search finds those. */
const notSearched = new Set([contentsPage, errorsPage])

/**
 * Makes everything that the site consists of, from the files of the repository.
 * @param onWarning gets complaints about docstrings
 * @throws Error for a link to a file that is not there, and for a page of another form than expected
 */
export async function makeSite(onWarning: (message: string) => void): Promise<Site> {
  const sections = readContents()
  const errors = readErrors()
  const places = placesOf(sections)
  const host = hostOfFiles()
  const links = new SiteLinks(places, errors.groups, host)
  const pictures = new Map<string, string>()
  const notes = new Map(
    sections.flatMap(({ groups }) => groups.flatMap(({ items }) => items.map((item) => [item.source, item.note]))),
  )

  /** The text of a page of the repository, with the links of the site. */
  const rewritten = (source: string, place: string, text: string): string =>
    // a pair of braces would be a program to the framework
    changeProse(
      changeLinks(text, (link) => {
        if (link.isPicture) pictures.set(pathFrom(source, link.target), pictureOf(pathFrom(source, link.target)))
        return links.target(source, place, link)
      }),
      (prose) => prose.replaceAll('{{', '&#123;&#123;'),
    )
  const page = (place: string, text: string, note: string, isSearched = true): TextPage & WrittenPage => {
    const title = titleOf(text)
    const matter = { title, ...(note !== '' && { description: note }), ...(!isSearched && { search: false }) }
    return { path: `${place}.md`, title, note, text, matter }
  }

  const texts = new Map(
    [...places].map(([source, place]) => {
      const text = source === errorsPage ? errorsIndexText(errors) : readText(source)
      return [source, page(place, rewritten(source, place, text), notes.get(source) ?? '', !notSearched.has(source))]
    }),
  )
  const byCode = groupsByCode(errors.groups)
  const known = new Set(byCode.keys())
  const errorPages = [...byCode].map(([code, groups]) => {
    const place = errorPath(code)
    const brief = groups
      .flatMap(({ codes }) => codes.filter((entry) => entry.code === code))
      .map((entry) => entry.brief)
    return page(place, rewritten(errorsPage, place, errorPageText(code, groups, known)), brief.join(' '))
  })
  const api = await makeApi(markdownFolder, onWarning)
  const apiPages = [
    apiIndex(api),
    ...api.map(({ place, text, about }) => {
      const made = page(place, text, about)
      // the outline has the names, without their members
      return { ...made, matter: { ...made.matter, outline: 2 } }
    }),
  ]

  const about = aboutProject()
  const home: WrittenPage = { path: 'index.md', text: homeText(about.summary), matter: undefined }
  const first = [texts.get('README.md'), texts.get(contentsPage)].filter((found) => found !== undefined)
  return {
    pages: [home, ...texts.values(), ...errorPages, ...apiPages],
    pictures,
    contents: {
      nav: navigation(sections, places, host),
      sidebar: sidebars(sections, places, api, errors.groups),
    },
    about,
    texts: [
      { title: 'Overview', pages: first },
      ...sections.map(({ title, groups }) => ({
        title,
        pages: groups.flatMap(({ items }) =>
          items.map(({ source, title: name }) => ({ ...texts.get(source)!, title: name })),
        ),
      })),
      { title: 'API', pages: apiPages },
      { title: 'Error codes', pages: errorPages },
    ],
  }
}

/** The address at which files of the repository are read; undefined while the project has no place on the web. */
function hostOfFiles(): string | undefined {
  const address = readManifest('.').config?.address
  if (address === undefined || new URL(address).hostname.endsWith('.invalid')) return undefined
  return `${address}/blob/main`
}

/** What the README says first. */
function aboutProject(): About {
  const { description } = readManifest('.')
  const [, opening = ''] = /^# [^\n]*\n\n(.+?)\n\n/s.exec(readText('README.md')) ?? []
  return { title: 'TyGaSe', summary: description, details: opening }
}

function apiIndex(api: readonly ApiPage[]): TextPage & WrittenPage {
  const rows = api.map(
    ({ place, specifier, about }) => `| [\`${specifier}\`](${relativePath('api/index', place)}.md) | ${about} |`,
  )
  const text = [
    '# API',
    'Every public name, made from the docstrings of the sources. One page for each entry of a package.',
    ['| import from | |', '|---|---|', ...rows].join('\n'),
  ].join('\n\n')
  return {
    path: 'api/index.md',
    title: 'API',
    note: 'every public name',
    text,
    matter: { title: 'API', search: false },
  }
}

function sidebars(
  sections: readonly Section[],
  places: ReadonlyMap<string, string>,
  api: readonly ApiPage[],
  errors: readonly ErrorGroup[],
): DefaultTheme.SidebarMulti {
  const items = (found: Section['groups'][number]['items']): DefaultTheme.SidebarItem[] =>
    found.map(({ title, source }) => ({ text: title, link: linkTo(places.get(source)!) }))
  const main = sections.map(({ title, groups }, index): DefaultTheme.SidebarItem => {
    const entries = groups.flatMap((group) => {
      if (group.title === '') return items(group.items)
      return [{ text: group.title, items: items(group.items), collapsed: false }]
    })
    if (index === 0) entries.unshift({ text: 'Overview', link: '/overview' })
    if (title === 'Reference') entries.push({ text: 'API', link: '/api/' }, { text: 'All pages', link: '/contents' })
    return { text: title, items: entries, collapsed: false }
  })
  return {
    '/': main,
    '/api/': [
      {
        text: 'API',
        link: '/api/',
        items: api.map(({ place, specifier }) => ({ text: specifier, link: linkTo(place) })),
      },
    ],
    '/errors/': [
      { text: 'All errors', link: '/errors/' },
      ...errors.map(({ title, codes }) => ({
        text: title.replace(/ \(.*\)$/, ''),
        collapsed: true,
        items: codes.map(({ code }) => ({ text: code, link: linkTo(errorPath(code)) })),
      })),
    ],
  }
}

function navigation(
  sections: readonly Section[],
  places: ReadonlyMap<string, string>,
  host: string | undefined,
): DefaultTheme.NavItem[] {
  const firstOf = (title: string): string => {
    const source = sections.find((section) => section.title === title)?.groups[0]?.items[0]?.source
    const place = source === undefined ? undefined : places.get(source)
    if (place === undefined) throw new Error(`${contentsPage} has no section ${title} with a page`)
    return linkTo(place)
  }
  return [
    { text: 'Start', link: firstOf('Start') },
    { text: 'Tutorial', link: firstOf('Tutorial') },
    { text: 'Guides', link: firstOf('Guides') },
    { text: 'API', link: '/api/', activeMatch: '/api/' },
    { text: 'Errors', link: '/errors/', activeMatch: '/errors/' },
    { text: 'Playground', link: '/playground/', target: '_self', rel: '' },
    ...(host === undefined ? [] : [{ text: 'Source', link: host.replace(/\/blob\/.*$/, '') }]),
  ]
}

/** The link to a page as navigation has it: from the root of the site. */
function linkTo(place: string): string {
  return `/${place.replace(/(^|\/)index$/, '$1')}`
}
