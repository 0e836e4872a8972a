import { maskedSource } from './masked-source.js'

export interface Import {
  specifier: string
  /** Counted from 1. */
  line: number
  /** True for `import('…')` in code: the module is loaded when it is needed. */
  isLater: boolean
}

// on masked text, where nothing but spaces is between the quotes
const patterns = [
  // import … from '…', export … from '…'
  /\b(?:import|export)\b(?:(?!\b(?:import|export)\b)[\w\s{},*$])*?\bfrom\s*(?<quote>['"])(?<inside> *)\k<quote>/dg,
  // import '…'
  /\bimport\s*(?<quote>['"])(?<inside> *)\k<quote>/dg,
  // import('…')
  /\bimport\s*\(\s*(?<quote>['"`])(?<inside> *)\k<quote>/dg,
]

/** Every import, re-export and dynamic import of a module by a name that stands there, in the order of the text. */
export function importsOf(source: string): Import[] {
  const masked = maskedSource(source)
  const found: (Import & { at: number })[] = []
  for (const pattern of patterns) {
    for (const match of masked.matchAll(pattern)) {
      const [start, end] = match.indices!.groups!.inside!
      found.push({
        specifier: source.slice(start, end),
        line: source.slice(0, start).split('\n').length,
        isLater: /\bimport\s*\(/.test(match[0]) && !/\btypeof\s+$/.test(masked.slice(0, match.index)),
        at: start,
      })
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ at: _, ...found }) => found)
}
