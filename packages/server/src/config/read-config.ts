import { readFileSync } from 'node:fs'
import { ConfigError } from './errors.js'
import type { Setting } from './setting.js'

/** The settings of a program by their keys. */
export type ConfigSpec = Readonly<Record<string, Setting<unknown>>>

export type ConfigOf<Spec extends ConfigSpec> = {
  readonly [Key in keyof Spec]: Spec[Key] extends Setting<infer Value> ? Value : never
}

export interface ConfigSources {
  /** The variables of the environment: `process.env`. An empty one counts as not given. */
  env?: Readonly<Record<string, string | undefined>>
  /** Put before the names of variables that are made from keys: `TYGASE_`. Default: nothing. */
  prefix?: string
  /** A file with one object of JSON, whose keys are those of the settings. Default: none. */
  file?: string
}

/** Where a value was given, and the value. */
interface Given {
  readonly where: string
  readonly value: unknown
}

/**
 * Reads the configuration of a program once, at its start: of each setting the value of the environment, or else of the file, or else
 * its default.
 * @returns frozen
 * @throws ConfigError `config_invalid` with all that is wrong at once: values, missing ones, keys of the file that no setting has;
 * `config_file_unreadable`
 */
export function readConfig<Spec extends ConfigSpec>(spec: Spec, sources: ConfigSources = {}): ConfigOf<Spec> {
  const { env = {}, prefix = '', file } = sources
  const fromFile = file === undefined ? {} : readFile(file)
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(spec)) {
    const variable = setting.env ?? prefix + variableOf(key)
    const given = givenOf(env[variable], variable, fromFile, key, file)
    const value = given === undefined ? setting.default : setting.read(given.value)
    if (value !== undefined) config[key] = value
    else problems.push(given === undefined ? missing(key, variable, setting, file) : wrong(given, setting))
  }
  for (const key of Object.keys(fromFile)) {
    if (!Object.hasOwn(spec, key)) problems.push(`${JSON.stringify(key)} in ${file} is no setting`)
  }
  if (problems.length > 0) throw new ConfigError('config_invalid', problems.join('\n'), { problems })
  return Object.freeze(config) as ConfigOf<Spec>
}

/** `maxSessions` becomes `MAX_SESSIONS`, `baseURL2` becomes `BASE_URL2`. */
function variableOf(key: string): string {
  return key
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase()
}

function givenOf(
  text: string | undefined,
  variable: string,
  fromFile: Readonly<Record<string, unknown>>,
  key: string,
  file: string | undefined,
): Given | undefined {
  if (text !== undefined && text !== '') return { where: variable, value: text }
  return Object.hasOwn(fromFile, key) ? { where: `${JSON.stringify(key)} in ${file}`, value: fromFile[key] } : undefined
}

function wrong({ where, value }: Given, { expected, isSecret }: Setting<unknown>): string {
  return `${where} has to be ${expected}${isSecret ? '' : `, not ${JSON.stringify(value)}`}`
}

function missing(key: string, variable: string, { expected }: Setting<unknown>, file: string | undefined): string {
  const place = file === undefined ? '' : ` or ${JSON.stringify(key)} in ${file}`
  return `${variable}${place} is missing: ${expected}`
}

function readFile(file: string): Readonly<Record<string, unknown>> {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // what JSON.parse says may quote a secret, so it is not handed on
    const why = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message
    throw new ConfigError('config_file_unreadable', `${file} cannot be read: ${why}`)
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content }
  throw new ConfigError('config_file_unreadable', `${file} cannot be read: it is no object`)
}
