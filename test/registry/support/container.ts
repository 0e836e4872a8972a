import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runCommand } from '../../../scripts/run-command.mjs'
import { RunningProcess } from '../../browser/program.js'

type Environment = Readonly<Record<string, string | undefined>>

/** One stage of a Dockerfile: a file system of its own, with the image's settings so far. */
interface Stage {
  readonly root: string
  cwd: string
  env: Record<string, string>
  /** Root if it is undefined. */
  user: string | undefined
  healthCheck: string | undefined
  command: readonly string[]
}

/** What a Dockerfile has built, on this machine and with this Node instead of those of its images. */
export class Container {
  readonly #stage: Stage
  readonly #env: Environment

  private constructor(stage: Stage, env: Environment) {
    this.#stage = stage
    this.#env = env
  }

  /**
   * Does what `docker build` does with the instructions that our Dockerfiles have. Anything else throws.
   * @param context the folder with the Dockerfile
   * @param destination an empty folder for the file systems of the stages
   * @param env of the programs that build
   */
  static async build(context: string, destination: string, env: Environment): Promise<Container> {
    const stages = new Map<string, Stage>()
    let stage: Stage | undefined
    for (const line of instructionsIn(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
      const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? []
      if (instruction === 'FROM') {
        const name = / AS (\w+)$/i.exec(rest)?.[1] ?? String(stages.size)
        const root = join(destination, name)
        mkdirSync(root, { recursive: true })
        stage = { root, cwd: root, env: {}, user: undefined, healthCheck: undefined, command: [] }
        stages.set(name, stage)
      } else if (stage === undefined) throw new Error(`the Dockerfile has ${instruction} before FROM`)
      else await follow(stage, instruction, rest, { context, stages, env })
    }
    if (stage === undefined) throw new Error('the Dockerfile has no FROM')
    return new Container(stage, env)
  }

  /** Who runs the program in the container; undefined for root. */
  get user(): string | undefined {
    return this.#stage.user
  }

  /** Does what `docker run -e NAME=VALUE` does. If this process is root, the program runs as nobody. */
  run(env: Readonly<Record<string, string>>): RunningProcess {
    const { command, cwd, user } = this.#stage
    const [program = '', ...args] = command
    const nobody = process.getuid?.() === 0 && user !== undefined ? { uid: 65534, gid: 65534 } : {}
    return new RunningProcess(program, args, this.#environment(env), { cwd, ...nobody })
  }

  /** Runs the health check beside the program. */
  async isHealthy(env: Readonly<Record<string, string>>): Promise<boolean> {
    const { healthCheck, cwd } = this.#stage
    if (healthCheck === undefined) throw new Error('the Dockerfile has no HEALTHCHECK')
    return (await runCommand('sh', ['-c', healthCheck], { cwd, env: this.#environment(env) })).exitCode === 0
  }

  #environment(env: Readonly<Record<string, string>>): Environment {
    return { ...this.#env, ...this.#stage.env, ...env }
  }
}

/** Without comments, and each in one line. */
function instructionsIn(text: string): string[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
}

async function follow(
  stage: Stage,
  instruction: string,
  rest: string,
  { context, stages, env }: { context: string; stages: ReadonlyMap<string, Stage>; env: Environment },
): Promise<void> {
  switch (instruction) {
    case 'WORKDIR':
      stage.cwd = join(stage.root, rest)
      mkdirSync(stage.cwd, { recursive: true })
      return
    case 'COPY': {
      const [, from, paths = ''] = /^(?:--from=(\w+)\s+)?(.*)$/.exec(rest) ?? []
      const sources = paths.split(/\s+/)
      const to = join(stage.cwd, sources.pop() ?? '')
      if (from === undefined) copy(context, sources, to, ignoredIn(context))
      else copy(stages.get(from)!.root, sources, to, () => false)
      return
    }
    case 'RUN': {
      const { exitCode, output } = await runCommand('sh', ['-c', rest], {
        cwd: stage.cwd,
        env: { ...env, ...stage.env },
      })
      if (exitCode !== 0) throw new Error(`RUN ${rest} ended with ${exitCode}:\n${output}`)
      return
    }
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value
      return
    case 'USER':
      stage.user = rest
      return
    case 'HEALTHCHECK':
      stage.healthCheck = rest.slice(rest.indexOf('CMD ') + 'CMD '.length)
      return
    case 'CMD':
      stage.command = JSON.parse(rest)
      return
    case 'EXPOSE':
      return
    default:
      throw new Error(`no container of these tests does ${instruction}`)
  }
}

/** @param sources with `*` in the last part at most */
function copy(from: string, sources: readonly string[], to: string, isIgnored: (name: string) => boolean): void {
  for (const source of sources) {
    const pattern = formOf(basename(source))
    const folder = join(from, source, '..')
    const found = source === '.' ? [from] : readdirSync(folder).filter((name) => pattern.test(name))
    if (found.length === 0) throw new Error(`COPY finds no ${source}`)
    for (const name of found) {
      const path = source === '.' ? from : join(folder, name)
      // a folder's content goes into the named folder, and a file goes by its own name
      const isFile = source.includes('*') || to.endsWith('/')
      cpSync(path, isFile ? join(to, name) : to, {
        recursive: true,
        // npm has put links into node_modules/.bin
        verbatimSymlinks: true,
        filter: (file) => file === from || !isIgnored(basename(file)),
      })
    }
  }
}

/** What `.dockerignore` keeps out: lines with a name, or an end such as `*.log`. */
function ignoredIn(context: string): (name: string) => boolean {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n').filter(Boolean)
  return (name) => lines.some((line) => formOf(line).test(name))
}

function formOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
}
