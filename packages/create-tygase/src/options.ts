import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CreateError } from './errors.js'

/** A template, as the command offers it. */
export interface Template {
  readonly name: string
  readonly meaning: string
  /** Of a new game if no name is given. */
  readonly title: string
}

export const templates: readonly Template[] = [
  {
    name: 'canvas',
    meaning: 'a field seen from above: players run, and their own page answers at once',
    title: 'gem-rush',
  },
  {
    name: 'cards',
    meaning: 'a game of turns with secrets: no page ever has the cards of another',
    title: 'card-table',
  },
  {
    name: 'phaser',
    meaning: 'a platform game that Phaser draws: jumps begin at once, whatever the network',
    title: 'star-hop',
  },
  {
    name: 'react',
    meaning: 'a party game with React: a lobby, a host who starts, a countdown, scores',
    title: 'party-night',
  },
]

/** What the command line says. */
export interface GivenOptions {
  /** The folder, as it was written. */
  readonly folder: string | undefined
  readonly template: Template | undefined
  /** A folder with packed packages, as it was written. Undefined: the packages come from a registry. */
  readonly packages: string | undefined
  /** True: nothing is asked, and what is not given has its default. */
  readonly yes: boolean
  readonly help: boolean
}

/** @throws CreateError `option_unknown`, `template_unknown` */
export function readOptions(args: readonly string[]): GivenOptions {
  const { values, positionals } = parse(args)
  if (positionals.length > 1) {
    throw new CreateError('option_unknown', `one folder is made at a time, not ${positionals.join(' and ')}`)
  }
  const { template, packages, yes = false, help = false } = values
  return {
    folder: positionals[0],
    template: template === undefined ? undefined : templateOf(template),
    packages,
    yes,
    help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        packages: { type: 'string' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CreateError('option_unknown', error instanceof Error ? error.message : String(error))
  }
}

/** @param name of a template, or its place in the list from 1. @throws CreateError `template_unknown` */
export function templateOf(name: string): Template {
  const found = templates.find((each, place) => each.name === name || String(place + 1) === name)
  if (found !== undefined) return found
  const all = templates.map((each) => each.name).join(', ')
  throw new CreateError('template_unknown', `there is no template '${name}': there are ${all}`)
}

/** Of the name of a package, for npm. */
const maxNameLength = 214

/**
 * The game that a folder is to hold.
 * @param folder as it was written: a name, a path, or `.`
 * @param base the current folder
 * @returns its path, and the name of its package: that of the folder in what npm takes, such as `my-game` for `My Game`
 * @throws CreateError `name_invalid`
 */
export function gameOf(folder: string, base: string): { path: string; name: string } {
  const path = resolve(base, folder)
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
  if (folder.trim() !== '' && name !== '' && name !== 'node_modules' && name.length <= maxNameLength)
    return { path, name }
  const sentence = `'${basename(path)}' gives no name for a package: use letters from a to z and digits, as in my-game`
  throw new CreateError('name_invalid', sentence)
}
