import { minify } from 'terser'
import type { Plugin } from 'vite'
import type { GameCode } from '../run/game-code.js'
import { readExamples } from './read-examples.js'
import { trim } from './trim.js'

/**
 * Parts of the library that no run of the playground reaches, by their files: it has one room, which is neither written down nor
 * listed, and a client that goes with its page. Its networks lose nothing for good, and no address is dialled.
 * They fail when they are called.
 */
const leftOut = new RegExp(
  [
    /server\/dist\/rooms\/(?:room-list|saver|saved-state)\.js$/,
    /server\/dist\/journal\/[\w-]+\.js$/,
    /protocol\/dist\/session\/ledger\.js$/,
    /protocol\/dist\/lossy\/[\w-]+\.js$/,
    /client\/dist\/web-socket\/[\w-]+\.js$/,
    /client\/dist\/rejoin\.js$/,
  ]
    .map(({ source }) => `packages\\/${source}`)
    .join('|'),
)
const server = /packages\/server\/dist\/.*\.js$/
/** A sentence of a table of options, which is for pages. Messages of errors have no full stop. */
const sentence = /(?<=[\s(,])(?:'[A-Z`](?:[^'\\\n]|\\.)*\.'|"[A-Z`](?:[^"\\\n]|\\.)*\.")(?=[,)\n])/g
/** The editor has more. */
const mostLetters = 450_000

/**
 * Makes the page smaller than the usual build does: for a page that is a server, each byte is loaded by everybody. The editor and
 * its compiler stay as they are; they are large, and load when they are opened.
 */
export function shrink(): Plugin {
  return {
    name: 'playground-shrink',
    transform(code, id) {
      if (leftOut.test(id)) return { code: placeholders(code), map: null }
      if (server.test(id) && code.includes('OptionRows')) return { code: code.replace(sentence, "''"), map: null }
      return undefined
    },
    async generateBundle({ format }, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk' || part.code.length > mostLetters) continue
        const { code } = part
        part.code = await smaller(code, format === 'es')
        if (part.facadeModuleId?.endsWith('/stage/worker.ts') !== true) continue
        // the page loads it when a part is missing, and for edited rules
        this.emitFile({ type: 'asset', fileName: part.fileName.replace(/\.js$/, '-whole.js'), source: part.code })
        const games = await Promise.all(Object.values(readExamples()).map((each) => smallerGame(each.code)))
        part.code = await smaller(trim(code, games, (script) => this.parse(script)))
      }
    },
  }
}

/** Other names and forms of the same code. @param isModule false for a script, or for the body of a CommonJS module */
async function smaller(code: string, isModule = false): Promise<string> {
  const options = { ecma: 2020, module: isModule, compress: { pure_getters: true, keep_fargs: false } } as const
  return (await minify(code, options)).code ?? code
}

/** As the page has them. */
export async function smallerGame({ game, play }: GameCode): Promise<GameCode> {
  return { game: await smaller(game), play: await smaller(play) }
}

/** The exports of a module, so that what imports them still builds. */
function placeholders(code: string): string {
  const fail = "throw new Error('the playground has no part for this')"
  return [...code.matchAll(/^export (?:async )?(class|function|const) (\w+)/gm)]
    .map(([, kind, name]) => {
      if (kind === 'class') return `export class ${name} {}`
      return kind === 'function' ? `export function ${name}() { ${fail} }` : `export const ${name} = undefined`
    })
    .join('\n')
}
