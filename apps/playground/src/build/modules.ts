import type { Plugin } from 'vite'
import { readDeclarations } from './declarations.js'
import { readExamples } from './read-examples.js'
import { smallerGame } from './shrink.js'

const parts = /^virtual:(code|sources)\/(\w+)$/
const isOurs = (id: string): boolean => id === 'virtual:examples' || id === 'virtual:declarations' || parts.test(id)

/** What the script of the page fetches as soon as it runs. */
const first = /^assets\/(?:frame|worker)-[\w-]{8}\.js$/

/**
 * The modules of the page that are made when it is built: code and sources of the examples, and what the editor's compiler reads.
 * The page names the stage, so that a browser loads it beside the script that asks for it.
 */
export function playgroundModules(): Plugin {
  return {
    name: 'playground-modules',
    resolveId: (id) => (isOurs(id) ? `\0${id}` : undefined),
    async load(id) {
      const own = id.startsWith('\0') ? id.slice(1) : ''
      if (!isOurs(own)) return undefined
      if (own === 'virtual:declarations') return moduleOf(readDeclarations())
      const examples = readExamples()
      const [, part, name] = parts.exec(own) ?? []
      if (part === 'sources') return moduleOf(examples[name!]!.sources)
      if (part === 'code') return moduleOf(await smallerGame(examples[name!]!.code))
      const loaders = Object.keys(examples).map((each) => {
        return `${each}: { code: () => import('virtual:code/${each}'), sources: () => import('virtual:sources/${each}') }`
      })
      return `export default { ${loaders.join(', ')} }`
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) =>
        Object.keys(bundle)
          .filter((file) => first.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'fetch', crossorigin: true, href: `./${file}` },
            injectTo: 'head' as const,
          })),
    },
  }
}

function moduleOf(value: unknown): string {
  return `export default ${JSON.stringify(value)}`
}
