import { relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { CreateError, type CreateErrorCode } from './errors.js'
import { checkEmpty, makeGame, packedIn } from './make-game.js'
import { gameOf, readOptions, type Template, templateOf, templates } from './options.js'

/** The world around the command. */
export interface CreateIo {
  /** The folder that it is called in. */
  readonly cwd: string
  /** Answers to questions. */
  readonly input: Readable
  /** Gets questions and what was made. */
  readonly output: Writable
  /** Gets what went wrong. */
  readonly errors: Writable
  /** True if questions will be answered. */
  readonly isInteractive: boolean
  /** `npm_config_user_agent`, which names the program that runs the command. */
  readonly userAgent: string | undefined
}

const help = `npm create tygase [folder] -- [options]

Makes a multiplayer game in a new folder: rules, server, page and a test.

  --template, -t   ${templates.map(({ name }) => name).join(', ')}
  --packages DIR   install TyGaSe from a folder with its packed packages
  --yes, -y        ask nothing
  --help, -h       this text
`

/** 1 for all others. 130 is what a shell says of a program that Ctrl-C has ended. */
const exitCodes: Readonly<Partial<Record<CreateErrorCode, number>>> = {
  option_unknown: 2,
  template_unknown: 2,
  cancelled: 130,
}

/**
 * Runs the command.
 * @returns the exit code: 0; 1 if there can be no game in the folder; 2 for options that there are not; 130 after Ctrl-C
 */
export async function runCreate(args: readonly string[], io: CreateIo): Promise<number> {
  try {
    const given = readOptions(args)
    if (given.help) io.output.write(help)
    else await create(given, io)
    return 0
  } catch (error) {
    if (!(error instanceof CreateError)) throw error
    io.errors.write(`create-tygase: ${error.message} (${error.code})\n`)
    return exitCodes[error.code] ?? 1
  }
}

async function create(given: ReturnType<typeof readOptions>, io: CreateIo): Promise<void> {
  const asks = io.isInteractive && !given.yes
  const lines = asks ? openLines(io) : undefined
  try {
    const known = given.template ?? templates[0]!
    const packed = given.packages === undefined ? undefined : await packedIn(resolve(io.cwd, given.packages))
    const folder = given.folder ?? (lines ? await askFolder(lines, known, io) : known.title)
    const { path, name } = gameOf(folder, io.cwd)
    await checkEmpty(path)
    const template = given.template ?? (lines ? await askTemplate(lines, io) : known)
    await makeGame(path, name, template, packed)
    io.output.write(nextSteps(relative(io.cwd, path), name, template, io.userAgent))
  } finally {
    lines?.close()
  }
}

interface Lines {
  /** @throws CreateError `cancelled` after Ctrl-C, and at the end of the input */
  question(text: string): Promise<string>
  close(): void
}

/** Asks in a terminal. */
function openLines({ input, output }: CreateIo): Lines {
  const lines = createInterface({ input, output })
  const closed = new AbortController()
  lines.once('close', () => closed.abort())
  return {
    // without the signal a question stays open for ever after Ctrl-C
    question: (text) =>
      lines.question(text, { signal: closed.signal }).catch((error: unknown) => {
        if (!closed.signal.aborted) throw error
        output.write('\n')
        throw new CreateError('cancelled', 'nothing was made')
      }),
    close: () => lines.close(),
  }
}

/** Asks until the answer can be taken. */
async function ask<T>(
  lines: Lines,
  question: string,
  usual: string,
  io: CreateIo,
  take: (answer: string) => Promise<T> | T,
): Promise<T> {
  for (;;) {
    const answer = (await lines.question(`${question} (${usual}) `)).trim()
    try {
      return await take(answer === '' ? usual : answer)
    } catch (error) {
      if (!(error instanceof CreateError)) throw error
      io.output.write(`  ${error.message}\n`)
    }
  }
}

function askFolder(lines: Lines, { title }: Template, io: CreateIo): Promise<string> {
  return ask(lines, 'Name of the game?', title, io, async (answer) => {
    await checkEmpty(gameOf(answer, io.cwd).path)
    return answer
  })
}

function askTemplate(lines: Lines, io: CreateIo): Promise<Template> {
  const width = Math.max(...templates.map(({ name }) => name.length))
  const list = templates.map(({ name, meaning }, place) => `  ${place + 1}  ${name.padEnd(width)}  ${meaning}\n`)
  io.output.write(`\n${list.join('')}\n`)
  return ask(lines, 'Which template?', '1', io, templateOf)
}

/** @param folder relative to the current one; the empty string if it is that */
function nextSteps(folder: string, name: string, template: Template, userAgent: string | undefined): string {
  const manager = /^(pnpm|yarn|bun)\//.exec(userAgent ?? '')?.[1] ?? 'npm'
  const run = manager === 'npm' || manager === 'bun' ? `${manager} run` : manager
  const quoted = /\s/.test(folder) ? `"${folder}"` : folder
  const steps = [...(folder === '' ? [] : [`cd ${quoted}`]), `${manager} install`, `${run} dev`]
  return `
${name} is made, from the template ${template.name}.

${steps.map((step) => `  ${step}\n`).join('')}
Then open the address that it prints in two tabs. README.md says what is where.
`
}
