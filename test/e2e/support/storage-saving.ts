import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { saveState } from '@tygase/server/internal'
import { lmdbStorage } from '@tygase/storage'

/** A value that tells whether it is whole. */
export interface Sealed {
  /** Rises with each write. */
  number: number
  data: Uint8Array
  sum: string
}

export interface Board {
  pieces: EntityMap<{ x: number }>
}

export const writers = 8
export const stateKey = 'state'
export const pieces = 100

export function sumOf({ number, data }: Pick<Sealed, 'number' | 'data'>): string {
  return createHash('sha256').update(`${number}:`).update(data).digest('hex')
}

function sealed(number: number): Sealed {
  // some fit into a page of the file and some take many
  const data = new Uint8Array((number * 7919) % 30_000).fill(number)
  return { number, data, sum: sumOf({ number, data }) }
}

function board(number: number): Board {
  const board: Board = { pieces: new EntityMap() }
  for (let id = 0; id < pieces; id++) board.pieces.set(`${id}`, { x: number })
  return board
}

/**
 * Saves without end, many things at once, and says of each on a line of its own when it is acknowledged: `key number`. The keys of a
 * pair, `left/i` and `right/i`, are written in one batch.
 */
export async function saveWithoutEnd(path: string, first: number): Promise<void> {
  const storage = lmdbStorage({ path })
  const say = (key: string, number: number): void => void writeSync(1, `${key} ${number}\n`)
  const forever = async (save: (number: number) => Promise<string[]>): Promise<never> => {
    for (let number = first; ; number++) for (const key of await save(number)) say(key, number)
  }
  const one = (i: number) => async (number: number) => {
    await storage.put(`one/${i}`, sealed(number))
    return [`one/${i}`]
  }
  const pair = (i: number) => async (number: number) => {
    const keys = [`left/${i}`, `right/${i}`]
    await storage.batch(keys.map((key) => ({ type: 'put', key, value: sealed(number) })))
    return keys
  }
  const state = async (number: number) => {
    const { state } = new GameStateStore(board(number))
    await saveState<Board>(storage, stateKey, { state, tick: number, version: 1 })
    return [stateKey]
  }
  const indexes = Array.from({ length: writers }, (_, i) => i)
  await Promise.all([...indexes.map((i) => forever(one(i))), ...indexes.map((i) => forever(pair(i))), forever(state)])
}
