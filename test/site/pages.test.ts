import { dirname, join } from 'node:path/posix'
import { describe, expect, it } from 'vitest'
import { filesBelow, readText } from '../architecture/repository.js'
import { base, fileBehind, readSiteFile, siteFiles } from './site-files.js'

interface SidebarItem {
  readonly link?: string
  readonly items?: readonly SidebarItem[]
}

const pages = siteFiles('.html')
const html = new Map(pages.map((page) => [page, readSiteFile(page)]))
const ids = new Map([...html].map(([page, text]) => [page, new Set(attributes(text, /\bid="([^"]*)"/g))]))

function attributes(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, value = '']) => value.replaceAll('&amp;', '&'))
}

/** An address in a page, from the root of the host. */
function resolved(page: string, address: string): URL {
  return new URL(address, `http://site${base}${page}`)
}

/** The links of a page to the site that lead nowhere, or to a place that its page does not have. */
function deadLinks(page: string): string[] {
  return attributes(html.get(page)!, /<a\b[^>]*\bhref="([^"]*)"/g).filter((address) => {
    const { host, pathname, hash } = resolved(page, address)
    if (host !== 'site') return false
    const file = fileBehind(pathname)
    if (file === undefined) return true
    // the theme's own links to the top of the content are made by scripts
    return hash !== '' && !ids.get(file)?.has(decodeURIComponent(hash.slice(1)))
  })
}

describe('the site', () => {
  it('has a page for every page of docs, every error and every public entry', () => {
    const docs = filesBelow('docs', ['.md']).filter((path) => path !== 'docs/README.md')
    const codes = [...readText('ERRORS.md').matchAll(/^### `?(\w+)/gm)].map(([, code]) => code)
    const wanted = [
      'index.html',
      ...docs.map((path) => path.replace(/^docs\//, '').replace(/\.md$/, '.html')),
      ...codes.map((code) => `errors/${code}/index.html`),
      ...filesBelow('packages', ['package.json']).map((path) => `api/${path.split('/')[1]}.html`),
    ]
    expect(codes.length).toBeGreaterThan(100)
    expect(wanted.filter((page) => !html.has(page))).toEqual([])
  })

  it.each(pages)('has no dead link in %s', (page) => {
    expect(deadLinks(page)).toEqual([])
  })

  it('loads nothing from elsewhere, and all of it is there', () => {
    const loaded = [...html].flatMap(([page, text]) => [
      ...attributes(text, /<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]*)"/g).map((address) => [page, address]),
      ...attributes(text, /<link\b[^>]*\bhref="([^"]*)"/g).map((address) => [page, address]),
    ])
    const styles = siteFiles('.css').flatMap((file) => {
      const found = [...readSiteFile(file).matchAll(/(?:url\(|@import )["']?([^"')]+)/g)]
      return found.map(([, address = '']) => [file, address])
    })
    expect(styles.length).toBeGreaterThan(0)
    const missing = [...loaded, ...styles].filter(([from = '', address = '']) => {
      if (address.startsWith('data:') || address.startsWith('#')) return false
      const { host, pathname } = resolved(from, address)
      return host !== 'site' || fileBehind(pathname) === undefined
    })
    expect(missing).toEqual([])
  })

  it('has every page in the sidebar that stands beside it', () => {
    const { sidebar } = JSON.parse(readText('apps/site/dist/contents.json')) as {
      sidebar: Record<string, readonly SidebarItem[]>
    }
    const linksIn = (items: readonly SidebarItem[]): string[] =>
      items.flatMap(({ link, items: below = [] }) => [...(link === undefined ? [] : [link]), ...linksIn(below)])
    const missing = pages
      .filter((page) => page !== 'index.html' && page !== '404.html')
      .filter((page) => {
        const path = `/${page.replace(/(?:index)?\.html$/, '')}`
        const keys = Object.keys(sidebar).sort((a, b) => b.length - a.length)
        const key = keys.find((prefix) => path.startsWith(prefix))
        return key === undefined || !linksIn(sidebar[key]!).includes(path)
      })
    expect(missing).toEqual([])
  })

  it('has the Markdown of each page beside it, and names all of them in llms.txt and llms-full.txt', () => {
    const wanted = pages
      .filter((page) => page !== 'index.html' && page !== '404.html')
      .map((page) => page.replace(/\.html$/, '.md'))
    const short = readSiteFile('llms.txt')
    const full = readSiteFile('llms-full.txt')
    expect(short).toMatch(/^# TyGaSe\n\n> \S.*\n/)
    expect(wanted.filter((page) => !short.includes(`](${page})`))).toEqual([])
    expect(wanted.filter((page) => !full.includes(`\n<!-- ${page} -->\n\n${readSiteFile(page).trim()}\n`))).toEqual([])
    const listed = [...short.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, path]) => path)
    expect(listed).toEqual([...new Set(listed)])
    expect([...listed].sort()).toEqual([...wanted].sort())
  })

  it('says of each public name what it is', () => {
    const parts = siteFiles('.md')
      .filter((page) => page.startsWith('api/') && page !== 'api/index.md')
      .flatMap((page) =>
        readSiteFile(page)
          .split(/^## /m)
          .slice(1)
          .map((part) => ({ name: `${page}: ${part.split('\n', 1)[0]}`, part: part.slice(part.indexOf('\n')) })),
      )
    expect(parts.length).toBeGreaterThan(100)
    // without code, headings, tables, lists and rules
    const proseOf = (part: string) =>
      part.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/^(?:#|\||\*\*\*|- ).*$/gm, '')
    expect(parts.filter(({ part }) => proseOf(part).trim() === '').map(({ name }) => name)).toEqual([])
  })

  it('has links in its Markdown that lead to Markdown', () => {
    const missing = siteFiles('.md').flatMap((page) => {
      const prose = readSiteFile(page).replaceAll(/^\s*(`{3,})[\s\S]*?^\s*\1|`[^`\n]*`/gm, '')
      return [...prose.matchAll(/(?<!!)\]\((?<target>[^)\s#:]+\.md)(?:#[^)]*)?\)/g)]
        .map(({ groups }) => join(dirname(page), groups?.target ?? ''))
        .filter((target) => fileBehind(`${base}${target}`) === undefined)
        .map((target) => `${page} → ${target}`)
    })
    expect(missing).toEqual([])
  })
})
