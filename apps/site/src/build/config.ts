import { readFileSync } from 'node:fs'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import type { DefaultTheme, MarkdownRenderer, UserConfig } from 'vitepress'
import { miniSearch } from '../search.js'
import type { Contents } from './make-site.js'
import { slugOf } from './markdown.js'
import { contentsFile, readManifest } from './repository.js'
import { sectionsOf } from './sections.js'

const { homepage = '/' } = readManifest('apps/site')
const { description } = readManifest('.')
const contents: Contents = JSON.parse(readFileSync(contentsFile, 'utf8'))
/** The path below which the site stands: that of its address, unless the environment says another one. */
const base = `/${process.env.SITE_BASE ?? new URL(homepage).pathname}/`.replaceAll(/\/{2,}/g, '/')
const isOnTheWeb = !new URL(homepage).hostname.endsWith('.invalid')

/** Writes the name of its file above a block that is marked `file=`, unless the line before says it already. */
function showFileNames(md: MarkdownRenderer): void {
  const render = md.renderer.rules.fence!
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const html = render(tokens, index, ...rest)
    const file = /\bfile=(?<file>\S+)/.exec(tokens[index]?.info ?? '')?.groups?.file
    const before = tokens[index - 2]?.children ?? []
    const isSaid = before.length === 1 && before[0]?.type === 'code_inline' && before[0].content.endsWith(file ?? '')
    if (file === undefined || isSaid) return html
    return `<div class="file"><div class="file-name">${md.utils.escapeHtml(file)}</div>${html}</div>`
  }
}

export const config: UserConfig<DefaultTheme.Config> = {
  base,
  lang: 'en',
  title: 'TyGaSe',
  description,
  srcDir: 'dist/markdown',
  outDir: 'dist/page',
  cacheDir: 'dist/cache',
  cleanUrls: false,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }],
    ['meta', { name: 'theme-color', content: '#11152c' }],
  ],
  ...(isOnTheWeb && { sitemap: { hostname: homepage } }),
  markdown: {
    anchor: { slugify: slugOf },
    // the highlighter does not know it
    languageAlias: { caddyfile: 'nginx' },
    config: (md) => showFileNames(md),
  },
  vite: {
    // the game of the front page is made from the sources
    resolve: { conditions: ['@tygase/source', ...defaultClientConditions] },
    ssr: { resolve: { conditions: ['@tygase/source', ...defaultServerConditions] } },
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: contents.nav,
    sidebar: contents.sidebar,
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          ...miniSearch,
          _splitIntoSections: (_path, html) => sectionsOf(html),
        },
      },
    },
    footer: { message: `MIT licensed. For tools that write code: <a href="${base}llms.txt">llms.txt</a>` },
  },
}
