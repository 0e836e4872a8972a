/** Why a game does not go on as its developer expects. */
export interface Problem {
  readonly title: string
  readonly sentences: readonly string[]
  /** What was thrown. */
  readonly error?: unknown
  /** What can begin anew to get rid of it. Default: nothing, the code has to be mended. */
  readonly reset?: 'rooms' | 'server'
}

/** A problem as the page shows it. */
export interface ShownProblem {
  readonly title: string
  readonly sentences: readonly string[]
  /** Code or stack; the empty string if there is none. */
  readonly detail: string
  /** True if the page has a button to begin anew. */
  readonly mayReset: boolean
}

/** The errors that Vite throws for code that it cannot read. */
interface CodeError {
  readonly message: string
  readonly frame?: string
  readonly stack?: string
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number }
}

/** @param root of the project: paths below it are shown without it */
export function shownProblem({ title, sentences, error, reset }: Problem, root: string): ShownProblem {
  const without = (text: string): string => plain(text).replaceAll(`${root}/`, '')
  const detail = error === undefined ? '' : without(detailOf(error, root))
  return { title, sentences: sentences.map(without), detail, mayReset: reset !== undefined }
}

/** A problem for the terminal. */
export function problemText({ title, sentences, detail }: ShownProblem): string {
  return [title, ...sentences.map((sentence) => `  ${sentence}`), ...(detail === '' ? [] : [detail])].join('\n')
}

function detailOf(error: unknown, root: string): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error)
  const { message, frame, loc, stack } = error as CodeError
  if (frame === undefined || frame === '') {
    // the way through the library says nothing about the rule
    const isOwn = (line: string): boolean => line.includes(`${root}/`) && !line.includes('/node_modules/')
    const lines = (stack ?? message).split('\n').filter((line) => !/^\s+at /.test(line) || isOwn(line))
    return lines.join('\n')
  }
  const place = loc?.file === undefined ? '' : `${loc.file}:${loc.line}:${loc.column}\n`
  return `${message}\n${place}${frame}`
}

/** Without the colours of a terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: reason: colours begin with this character
  return text.replaceAll(/\u001b\[[\d;]*m/g, '')
}
