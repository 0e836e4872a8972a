import { expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'

it.each(['argument-error.ts', 'line-terminal.ts', 'nearest-word.ts', 'printable.ts', 'run-program.ts', 'table.ts'])(
  'both apps for the terminal have the same %s, as each is to be read by itself',
  (file) => {
    expect(readText(`apps/rpg/src/terminal/${file}`)).toBe(readText(`apps/chat/src/terminal/${file}`))
  },
)
