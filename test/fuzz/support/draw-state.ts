import { EntityMap, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import { type Choices, pick } from '../dice.js'
import { standIn } from '../mutate.js'

/** A state of any form. */
export interface AnyState {
  [key: string]: unknown
}

type Rows = EntityMap<Record<string, unknown>, string | number>

const keys = ['a', 'b', 'x', 'list', 'deep', '0', '7', '', 'ключ', '😀', 'toString', standIn]
const ids = [standIn, 'p1', 'p2', 'p10', 'ид', '', 1, 2, 0.5, -7, 1000]
const numbers = [0, -0, 1, -1, 63, 64, -33, Number.NaN, Infinity, -Infinity, 0.1, 0.07, 1e21, 2 ** 53, 5e-324, 1.5]
const texts = ['', 'a', '\ud800', '😀', 'x'.repeat(70), 'ü'.repeat(70), 'player-12', 'player-13']

function drawNumber(choices: Choices): number {
  const luck = choices.below(3)
  if (luck === 0) return pick(choices, numbers)
  return luck === 1 ? choices.below(1000) : choices.below(65_536) / 100 - 300
}

function drawPrimitive(choices: Choices): unknown {
  const luck = choices.below(8)
  if (luck < 3) return drawNumber(choices)
  if (luck < 5) return pick(choices, texts)
  if (luck === 5) return choices.below(2) === 0
  return luck === 6 ? null : new Uint8Array([1, 2, 255].slice(choices.below(3)))
}

/** A value without maps, as payloads and rows hold it. */
export function drawPlain(choices: Choices, depth: number): unknown {
  const luck = depth > 0 ? choices.below(6) : 0
  if (luck < 3) return drawPrimitive(choices)
  if (luck < 5) return drawObject(choices, depth - 1)
  return Array.from({ length: choices.below(5) }, () => drawPlain(choices, depth - 1))
}

function drawObject(choices: Choices, depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (let count = choices.below(5); count > 0; count--) object[pick(choices, keys)] = drawPlain(choices, depth)
  return object
}

export function drawRow(choices: Choices): Record<string, unknown> {
  const luck = choices.below(8)
  if (luck === 0) return drawObject(choices, 2)
  if (luck === 1) return Object.fromEntries(Array.from({ length: 33 }, (_, field) => [`f${field}`, field]))
  if (luck === 2)
    return { [standIn]: drawNumber(choices), bag: [drawPrimitive(choices)], at: { y: drawNumber(choices) } }
  return { x: drawNumber(choices), y: drawNumber(choices), alive: choices.below(2) === 0, name: pick(choices, texts) }
}

/** The next version: somewhere in the state something has changed. */
export function drawNext(choices: Choices, state: Immutable<AnyState>): Immutable<AnyState> {
  return transact<AnyState, void>(state, (draft) => {
    for (let count = 1 + choices.below(4); count > 0; count--) change(choices, draft)
  }).state
}

export function versionOf(state: AnyState): Immutable<AnyState> {
  return new GameStateStore(state).state
}

function change(choices: Choices, part: unknown): void {
  if (part instanceof EntityMap) return changeMap(choices, part)
  if (Array.isArray(part)) return changeArray(choices, part)
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return
  const object = part as Record<string, unknown>
  const known = Object.keys(object)
  const key = known.length > 0 && choices.below(4) > 0 ? pick(choices, known) : pick(choices, keys)
  const luck = choices.below(8)
  if (luck === 0) object[key] = drawPlain(choices, 2)
  else if (luck === 1) delete object[key]
  else if (typeof object[key] === 'object') change(choices, object[key])
  else object[key] = drawPrimitive(choices)
}

function changeArray(choices: Choices, array: unknown[]): void {
  const at = choices.below(array.length + 1)
  const luck = choices.below(8)
  if (luck === 0) array.push(drawPlain(choices, 1))
  else if (luck === 1) array.splice(at, choices.below(4), drawPlain(choices, 1))
  else if (luck === 2) array.reverse()
  else if (luck === 3) array.unshift(array.length > 0 ? array[array.length - 1] : 0)
  else if (luck === 4) array.pop()
  else if (at < array.length && typeof array[at] === 'object') change(choices, array[at])
  else if (at < array.length) array[at] = drawPrimitive(choices)
}

function changeMap(choices: Choices, map: Rows): void {
  const known = [...map.keys()]
  const id = known.length > 0 && choices.below(4) > 0 ? pick(choices, known) : pick(choices, ids)
  const luck = choices.below(10)
  if (luck === 0) map.set(id, drawRow(choices))
  else if (luck === 1) map.delete(id)
  else if (luck < 6) moveAll(choices, map)
  else if (luck === 6) {
    // some of the rows, so that sets of slots take all their forms
    const every = 1 + choices.below(9)
    for (const [index, one] of known.entries()) if (index % every === 0) map.edit(one).x = drawNumber(choices)
  } else if (map.has(id)) change(choices, map.edit(id))
}

/** Changes that rows make alike, which is what columns and predictions are for. */
function moveAll(choices: Choices, map: Rows): void {
  const kind = choices.below(8)
  const seconds = pick(choices, [0.05, 1 / 60, 1, -0.5])
  let count = 0
  map.editEach((row) => {
    count++
    const { x, y } = row
    if (typeof x !== 'number' || typeof y !== 'number') return
    if (kind === 0) row.x = x + y * seconds
    if (kind === 1) row.x = Math.round(x * 100 + count) / 100
    if (kind === 2) row.alive = !row.alive
    if (kind === 3) row.name = ['idle', 'walk', 'run'][count % 3]
    if (kind === 4) row.name = `player-${count}`
    if (kind === 5 && count % 7 === 0) row.y = count
    if (kind === 6) row.x = choices.below(1000) / 8
    if (kind === 7) row.x = count % 11 === 0 ? 1e9 : x + 1
  })
}
