import fc from 'fast-check'
import { EntityMap } from '../../src/index.js'
import type { EntityId } from '../../src/rows/page.js'

/** Draws values for one case of a property; fast-check records the draws and shrinks them. */
export type Draw = fc.GeneratorValue

/** A state of any form; the named keys are there so that precision can be declared for some of them. */
export interface AnyState {
  [key: string]: unknown
}

// reason: a state of any form has no type that precision could follow
export const precision: never = {
  rounded: { '*': 0.01, x: 0.5, list: 0.1, deep: { '*': 0.25 } },
} as never

const keys = fc.constantFrom('a', 'b', 'c', 'x', 'list', 'deep', 'rounded', '0', '7', '', 'ключ', '😀', 'toString')
const ids = fc.constantFrom<EntityId>('p1', 'p2', 'p3', 'p10', 'ид', '', 1, 2, 3, 0.5, -7, 1000)
const numbers = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    63,
    64,
    -32,
    -33,
    Number.NaN,
    Infinity,
    -Infinity,
    0.1,
    0.07,
    1e21,
    2 ** 53,
    -(2 ** 53),
    5e-324,
  ),
  fc.integer(),
  fc.double(),
  fc.integer({ min: -5000, max: 5000 }).map((value) => value / 100),
)
const texts = fc.oneof(
  fc.constantFrom('', 'a', '\ud800', '😀', 'x'.repeat(70), 'ü'.repeat(70)),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const primitives = fc.oneof(numbers, numbers, texts, fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 5 }))
const dts = fc.constantFrom(0.05, 1 / 60, 1, -0.5)

// one function for each, made once: fast-check keeps every function that a draw was given, and what it made
const anyKey = (): typeof keys => keys
const anyId = (): typeof ids => ids
const anyNumber = (): typeof numbers => numbers
const anyText = (): typeof texts => texts
const anyPrimitive = (): typeof primitives => primitives
const anyDt = (): typeof dts => dts
const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

/** @param maps whether entity maps may be in it, as they may everywhere except in rows */
export function drawValue(draw: Draw, depth: number, maps: boolean): unknown {
  switch (draw(upTo, depth <= 0 ? 3 : 9)) {
    case 4:
    case 5:
      return drawObject(draw, depth - 1, maps)
    case 6:
    case 7:
      return Array.from({ length: draw(upTo, 4) }, () => drawValue(draw, depth - 1, maps))
    case 8:
      return maps ? drawMap(draw) : []
    case 9: {
      // a deep chain
      let value: unknown = draw(anyPrimitive)
      for (let level = draw(upTo, 20); level > 0; level--) value = level % 2 === 0 ? [value] : { n: value }
      return value
    }
    default:
      return draw(anyPrimitive)
  }
}

function drawObject(draw: Draw, depth: number, maps: boolean): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (let count = draw(upTo, 4); count > 0; count--) object[draw(anyKey)] = drawValue(draw, depth, maps)
  return object
}

function drawRow(draw: Draw): Record<string, unknown> {
  switch (draw(upTo, 4)) {
    case 0:
      return drawObject(draw, 2, false)
    case 1: {
      const wide: Record<string, unknown> = {}
      for (let field = 0; field < 33; field++) wide[`f${field}`] = field
      wide.f7 = draw(anyPrimitive)
      return wide
    }
    default:
      return { x: draw(anyNumber), y: draw(anyNumber), alive: draw(fc.boolean), name: draw(anyText) }
  }
}

function drawMap(draw: Draw): EntityMap<Record<string, unknown>, EntityId> {
  const map = new EntityMap<Record<string, unknown>, EntityId>()
  const many = draw(upTo, 5) === 0 ? 40 : 0
  for (let id = 0; id < many; id++) map.set(id, { x: id * 1.37, y: (id % 7) - 3, alive: id % 2 === 0, name: '' })
  for (let count = draw(upTo, 4); count > 0; count--) map.set(draw(anyId), drawRow(draw))
  return map
}

export function drawState(draw: Draw): AnyState {
  const state = drawObject(draw, 3, true)
  if (draw(fc.boolean)) state.map = drawMap(draw)
  if (draw(fc.boolean)) state.rounded = { map: drawMap(draw), list: [0.11, 0.99], deep: drawObject(draw, 1, true) }
  return state
}

/** Changes something somewhere below a draft. */
export function edit(draw: Draw, draft: AnyState): void {
  for (let count = draw(upTo, 5) + 1; count > 0; count--) editPart(draw, draft, true)
}

function editPart(draw: Draw, part: unknown, maps: boolean): void {
  if (part instanceof EntityMap) return editMap(draw, part)
  if (Array.isArray(part)) return editArray(draw, part, maps)
  if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return
  const object = part as Record<string, unknown>
  const known = Object.keys(object)
  const key = known.length > 0 && draw(upTo, 2) > 0 ? known[draw(upTo, known.length - 1)]! : draw(anyKey)
  switch (draw(upTo, 6)) {
    case 0:
      object[key] = drawValue(draw, 2, maps)
      break
    case 1:
      delete object[key]
      break
    case 2: {
      const value = Object.hasOwn(object, key) ? object[key] : null
      delete object[key]
      object[key] = typeof value === 'object' ? drawValue(draw, 1, maps) : value
      break
    }
    case 3:
      object[key] = undefined
      break
    default:
      if (Object.hasOwn(object, key)) editPart(draw, object[key], maps)
  }
}

function editArray(draw: Draw, array: unknown[], maps: boolean): void {
  const at = draw(upTo, array.length)
  switch (draw(upTo, 7)) {
    case 0:
      array.push(drawValue(draw, 1, maps))
      break
    case 1:
      array.splice(at, draw(upTo, 3), ...Array.from({ length: draw(upTo, 3) }, () => drawValue(draw, 1, maps)))
      break
    case 2:
      array.shift()
      array.push(drawValue(draw, 0, maps))
      break
    case 3:
      array.unshift(array.length > 0 ? array[0] : 0)
      break
    case 4:
      array.reverse()
      break
    case 5:
      array.pop()
      break
    default:
      if (at < array.length && typeof array[at] === 'object') editPart(draw, array[at], maps)
      else if (at < array.length) array[at] = drawValue(draw, 0, maps)
  }
}

/** Changes that many rows make alike, as a game's time step does: what the forms of columns are for. */
function moveAll(draw: Draw, map: EntityMap<Record<string, unknown>, EntityId>): void {
  const dt = draw(anyDt)
  const kind = draw(upTo, 7)
  let count = 0
  map.editEach((row) => {
    const { x, y } = row
    if (typeof x !== 'number' || typeof y !== 'number') return
    count++
    if (kind === 0) row.x = x + y * dt
    if (kind === 1) {
      row.y = y + dt
      row.x = x + (row.y as number) * dt
    }
    if (kind === 2) row.x = Math.round(x * 100 + count) / 100
    if (kind === 3) row.alive = !row.alive
    if (kind === 4) row.name = `${['idle', 'walk', 'run'][count % 3]}`
    if (kind === 5) row.name = `player-${count}`
    if (kind === 6 && count % 7 === 0) row.y = count
    if (kind === 7) row.x = count % 11 === 0 ? 1e9 : x + 1
  })
}

function editMap(draw: Draw, map: EntityMap<Record<string, unknown>, EntityId>): void {
  const known = [...map.keys()]
  const id = known.length > 0 && draw(upTo, 3) > 0 ? known[draw(upTo, known.length - 1)]! : draw(anyId)
  switch (draw(upTo, 11)) {
    case 9:
    case 10:
    case 11:
      moveAll(draw, map)
      break
    case 0:
      map.set(id, drawRow(draw))
      break
    case 1:
      map.delete(id)
      break
    case 2:
      if (map.delete(id)) map.set(id, drawRow(draw))
      break
    case 3:
      map.editEach((row) => {
        row.x = draw(anyNumber)
      })
      break
    case 4:
      if (draw(upTo, 9) === 0) map.clear()
      break
    default:
      if (map.has(id)) editPart(draw, map.edit(id), false)
  }
}
