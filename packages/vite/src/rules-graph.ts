import type { AnyGame } from '@tygase/gamestate'
import type { EvaluatedModuleNode, EvaluatedModules } from 'vite/module-runner'

/** What has to be loaded anew after a change of some files. */
export interface Affected {
  /** The server's own code has changed: it begins anew. */
  readonly isServer: boolean
  /** Modules with rules that have changed, or import what has. */
  readonly rules: readonly EvaluatedModuleNode[]
  /** All modules to load anew, the changed ones included. */
  readonly stale: readonly EvaluatedModuleNode[]
}

/** The modules of a server that are evaluated, and the games that they export. */
export class RulesGraph {
  readonly #modules: EvaluatedModules
  /** The file of the server. */
  readonly #entry: string
  /** The games that rooms play, by module and by the name of their export, also of a module that cannot be loaded just now. */
  readonly #games = new Map<string, Map<string, AnyGame>>()

  constructor(modules: EvaluatedModules, entry: string) {
    this.#modules = modules
    this.#entry = entry
  }

  /** The server has begun anew: all games that modules export now are those that its rooms play. */
  begin(): void {
    this.#games.clear()
    this.update(() => true)
  }

  /**
   * Looks at what all modules export now.
   * @param replace is given each game that may take the place of another one, and returns whether it has
   */
  update(replace: (game: AnyGame, next: AnyGame) => boolean): void {
    for (const [id, { exports }] of this.#modules.idToModuleMap) {
      if (exports === undefined) continue
      for (const [name, value] of Object.entries(exports as Readonly<Record<string, unknown>>)) {
        if (!isGame(value)) continue
        const known = this.#games.get(id) ?? new Map<string, AnyGame>()
        this.#games.set(id, known)
        const before = known.get(name)
        if (before === value) continue
        if (before === undefined || replace(before, value)) known.set(name, value)
      }
    }
  }

  /** What a change of these files concerns: from each up to the modules with rules, or else up to the server. */
  affectedBy(files: Iterable<string>): Affected {
    const stale = new Set<EvaluatedModuleNode>()
    const rules = new Set<EvaluatedModuleNode>()
    let isServer = false
    const visit = (node: EvaluatedModuleNode): void => {
      if (stale.has(node)) return
      stale.add(node)
      const hasRules = this.#games.has(node.id)
      if (node.file === this.#entry) isServer = true
      else if (hasRules) rules.add(node)
      for (const id of node.importers) {
        const importer = this.#modules.getModuleById(id)
        // rules go on in rooms that run, so that the server's own code need not know
        if (importer !== undefined && (!hasRules || this.#games.has(id))) visit(importer)
      }
    }
    for (const file of files) for (const node of this.#modules.getModulesByFile(file) ?? []) visit(node)
    return { isServer, rules: [...rules], stale: [...stale] }
  }
}

/** By its form: the game may have its own copy of the library. */
function isGame(value: unknown): value is AnyGame {
  if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return false
  const { initialState, tickRate, events } = value as Partial<AnyGame>
  return typeof initialState === 'function' && typeof tickRate === 'number' && typeof events === 'object'
}
