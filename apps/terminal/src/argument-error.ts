/** Turns an error of Node's `parseArgs` into a sentence for people. Other errors stay as they are. */
export function argumentError(error: unknown): unknown {
  const { code, message = '' } = error as { code?: unknown; message?: string }
  if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS_')) return error
  // the first thing in quotes is the option, with its short form before it: '-n, --name <value>'
  const option = /'(?:-\w, )?(--?[^' ]*)/.exec(message)?.[1] ?? ''
  const isUnknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
  if (isUnknown) return new Error(`There is no option ${option}; --help lists the options`)
  const hasTooMuch = message.includes('does not take')
  return new Error(`${option} takes ${hasTooMuch ? 'no value' : 'a value'}; see --help`)
}

/** The number that `--port` was given. @throws Error with a sentence for people */
export function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port is a whole number from 0 to 65535, not '${text}'`)
  return port
}
