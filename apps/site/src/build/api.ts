import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  Application,
  type DeclarationReflection,
  Logger,
  LogLevel,
  type ProjectReflection,
  type TypeDocOptions,
} from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { packageFolders, readManifest, root, siteFolder } from './repository.js'

/** The page of one entry of a package. */
export interface ApiPage {
  /** From the root of the site: `api/client-predict`. */
  readonly place: string
  /** As it is imported: `@tygase/client/predict`. */
  readonly specifier: string
  /** The sentence of the package's own manifest. */
  readonly about: string
  readonly text: string
}

interface Entry {
  readonly specifier: string
  readonly packageName: string
  /** The source that lists the exports, relative to the folder of its package. */
  readonly file: string
  readonly folder: string
  readonly about: string
}

/** The public entries of the packages: what is in `exports` and is not internal. */
function publicEntries(): Entry[] {
  return packageFolders().flatMap((folder) => {
    const { name, description, exports = {} } = readManifest(folder)
    return Object.entries(exports).flatMap(([key, conditions]) => {
      const source = conditions['@tygase/source']
      if (source === undefined || key.startsWith('./internal')) return []
      return [{ specifier: name + key.slice(1), packageName: name, file: source.slice(2), folder, about: description }]
    })
  })
}

/** The name of the page: `client-predict` for `@tygase/client/predict`. */
function pageName(specifier: string): string {
  return specifier.replace(/^@tygase\//, '').replaceAll('/', '-')
}

/**
 * Reads the docstrings of all public names and makes a page for each public entry.
 * @param folder in which the generator writes, a folder `api` of its own
 * @param onWarning gets each complaint of the generator
 * @throws Error if the sources cannot be read
 */
export async function makeApi(folder: string, onWarning: (message: string) => void): Promise<ApiPage[]> {
  const entries = publicEntries()
  const specifiers = new Map(entries.map(({ specifier }) => [pageName(specifier), specifier]))
  const options: TypeDocOptions & PluginOptions = {
    plugin: ['typedoc-plugin-markdown'],
    tsconfig: join(siteFolder, 'tsconfig.api.json'),
    entryPoints: entries.map((entry) => join(root, entry.folder, entry.file)),
    out: join(folder, 'api'),
    readme: 'none',
    name: 'API',
    // the types are checked by another step
    skipErrorChecking: true,
    excludeInternal: true,
    excludeExternals: true,
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    excludePrivate: true,
    disableSources: true,
    logLevel: 'Warn',
    // a test of the site asks for a sentence about each name
    validation: { notExported: false, invalidLink: true, rewrittenLink: true },
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    // each name has a heading of its own, and its members are right below it
    hideGroupHeadings: true,
    useCodeBlocks: true,
    useHTMLEncodedBrackets: true,
    useCustomAnchors: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: {
      hideDefaults: true,
      hideInherited: true,
      hideModifiers: true,
      hideOverrides: true,
      hideSources: true,
    },
    pageTitleTemplates: { module: ({ name }) => specifiers.get(name) ?? name },
  }
  const app = await Application.bootstrapWithPlugins(options)
  app.logger = new WarningLogger(onWarning)
  const project = await app.convert()
  if (project === undefined) throw new Error('the docstrings cannot be read')
  nameModules(project, entries)
  app.validate(project)
  await app.generateOutputs(project)
  return entries.map(({ specifier, packageName, folder: home, about }) => {
    const opening = `${about}. How it is used: [${packageName}](../${home}.md).`
    const file = join(folder, 'api', `${pageName(specifier)}.md`)
    if (!existsSync(file)) throw new Error(`the reference has no page of ${specifier}`)
    const text = readFileSync(file, 'utf8').replace(/^# .*$/m, (title) => `${title}\n\n${opening}`)
    return { place: `api/${pageName(specifier)}`, specifier, about, text }
  })
}

/** Passes on what the generator complains about. */
class WarningLogger extends Logger {
  readonly #onWarning: (message: string) => void

  constructor(onWarning: (message: string) => void) {
    super()
    this.#onWarning = onWarning
  }

  override log(message: string, level: LogLevel): void {
    super.log(message, level)
    if (level >= LogLevel.Warn) this.#onWarning(message)
  }
}

/** A module is named for its file at first. */
function nameModules(project: ProjectReflection, entries: readonly Entry[]): void {
  for (const module of project.children ?? []) {
    const id = project.getSymbolIdFromReflection(module as DeclarationReflection)
    const entry = entries.find(({ packageName, file }) => packageName === id?.packageName && file === id.packagePath)
    if (entry === undefined) throw new Error(`the reference has a module ${module.name} that is no entry`)
    module.name = pageName(entry.specifier)
  }
}
