import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import {
  drawCorrections,
  drawGhosts,
  fadeMs,
  type Ghost,
  ghostsOf,
  type Pen,
  placeByXY,
  rowsOf,
} from '../src/drawing.js'

/** A pen that writes down where it has drawn, with the colour of it. */
function penAt(transform: Partial<DOMMatrix> = {}): Pen & { readonly marks: string[] } {
  const marks: string[] = []
  const pen = {
    marks,
    ...{ a: 1, b: 0, c: 0, d: 1, e: 0, f: 0, depth: 0 },
    ...transform,
    ...{ lineWidth: 1, font: '', textAlign: 'left', globalAlpha: 1, globalCompositeOperation: '', shadowBlur: 9 },
    ...{ strokeStyle: '', fillStyle: '' },
    getTransform: () => pen,
    setTransform: (...parts: number[]) => void marks.push(`transform ${parts.join(' ')}`),
    save: () => void marks.push('save'),
    restore: () => void marks.push('restore'),
    beginPath() {},
    setLineDash() {},
    arc: (x: number, y: number, radius: number) => void marks.push(`ring ${x} ${y} ${radius} ${pen.strokeStyle}`),
    moveTo: (x: number, y: number) => void marks.push(`from ${x} ${y}`),
    lineTo: (x: number, y: number) => void marks.push(`to ${x} ${y}`),
    stroke() {},
    fill() {},
    fillText: (text: string, x: number, y: number) => void marks.push(`text ${text} ${x} ${y}`),
    strokeText() {},
  }
  return pen as unknown as Pen & { readonly marks: string[] }
}

const stateOf = (discs: Record<string, { x: number; y: number }>, more: object = {}) =>
  new GameStateStore({ discs: new EntityMap(Object.entries(discs)), round: 1, ...more }).state

const correction = (atMs: number, x: number, id = 'ada') => ({
  ...{ atMs, version: 1, key: 'discs', id, by: {} },
  before: { x: 0, y: 0 },
  after: { x, y: 0 },
})

describe('ghosts', () => {
  test('are the rows of maps, lists and objects that are drawn elsewhere than they are confirmed', () => {
    const confirmed = stateOf({ ada: { x: 1, y: 1 }, bob: { x: 2, y: 2 } }, { balls: [{ x: 1, y: 1 }], bytes: [1, 2] })
    const scene = {
      ...confirmed,
      discs: new Map([...confirmed.discs].map(([id, row]) => [id, id === 'ada' ? { ...row, x: 9 } : row])),
    }
    expect(ghostsOf(confirmed, scene, 'ada')).toEqual([
      { key: 'discs', id: 'ada', row: { x: 1, y: 1 }, shown: { x: 9, y: 1 }, isOwn: true },
    ])
    expect([...rowsOf(confirmed)].map(([key, id]) => `${key}.${id}`)).toEqual(['discs.ada', 'discs.bob', 'balls.0'])
  })

  test('are drawn at the confirmed place on the screen, with a line to the row, and the pen is left as it was', () => {
    const pen = penAt({ a: 2, d: 2, e: 100, f: 50 })
    const ghosts: Ghost[] = [
      { key: 'discs', id: 'ada', row: { x: 1, y: 1 }, shown: { x: 11, y: 1 }, isOwn: true },
      { key: 'discs', id: 'near', row: { x: 1, y: 1 }, shown: { x: 1.5, y: 1 }, isOwn: false },
      { key: 'scores', id: 'ada', row: { points: 1 }, shown: { points: 2 }, isOwn: true },
    ]
    drawGhosts(pen, ghosts, placeByXY)
    expect(pen.marks).toEqual([
      'save',
      'transform 1 0 0 1 0 0',
      'ring 102 52 14 #ffd166',
      'from 102 52',
      'to 122 52',
      'restore',
    ])
  })

  test('of a game that says where its rows are stand there', () => {
    const pen = penAt()
    const ghost: Ghost = { key: 'board', id: 3, row: { column: 1 }, shown: { column: 2 }, isOwn: false }
    drawGhosts(pen, [ghost], ({ column }, key, id) => ({
      x: Number(column) * 100,
      y: key === 'board' ? Number(id) : 0,
    }))
    expect(pen.marks).toContain('ring 100 3 8 #9aa7c7')
  })
})

describe('corrections', () => {
  test('are drawn from where the row was to where it is, with the length, and fade', () => {
    const pen = penAt({ a: 2, d: 2 })
    drawCorrections(pen, [correction(1000, 30)], placeByXY, 1000 + fadeMs / 2)
    expect(pen.globalAlpha).toBe(0.5)
    expect(pen.marks.filter((mark) => /^(?:from|to|text)/.test(mark))).toEqual([
      'from 0 0',
      'to 60 0',
      'text 30 30 -10',
    ])
    const later = penAt()
    drawCorrections(later, [correction(1000, 30)], placeByXY, 1000 + fadeMs)
    expect(later.marks.filter((mark) => /^(?:from|to|text)/.test(mark))).toEqual([])
  })

  test('of one row have one number, that of the last one', () => {
    const pen = penAt()
    drawCorrections(pen, [correction(1000, 30), correction(1050, 40), correction(1020, 7.5, 'bob')], placeByXY, 1060)
    expect(pen.marks.filter((mark) => mark.startsWith('text'))).toEqual(['text 40 20 -10', 'text 7.5 3.75 -10'])
  })
})
