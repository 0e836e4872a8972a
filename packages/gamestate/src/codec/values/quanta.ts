import { toNearest } from './number.js'

// Numbers as multiples of a quantum: what rounds, and what columns of rows are made of. Pages load it with their first map.

/** A larger number of quanta would not be exact after a multiplication. Numbers with more quanta are not rounded. */
export const maxQuanta = 2 ** 50

/**
 * The number of quanta to which a value is rounded. A number with a precision is written as this.
 * @returns NaN for a value that is not rounded: not finite, or with too many quanta
 */
export function quantaOf(value: number, quantum: number): number {
  const perUnit = quantaPerUnit(quantum)
  const quanta = toNearest(perUnit > 0 ? value * perUnit : value / quantum)
  return Math.abs(quanta) <= maxQuanta ? quanta + 0 : Number.NaN
}

/** The number that equals so many quanta. */
function numberOf(quanta: number, quantum: number): number {
  const perUnit = quantaPerUnit(quantum)
  return perUnit > 0 ? quanta / perUnit : quanta * quantum
}

/** The value that the other side has after a delta. */
export function roundTo(value: number, quantum: number): number {
  const quanta = quantaOf(value, quantum)
  return Number.isNaN(quanta) ? value : numberOf(quanta, quantum)
}

/**
 * The number of quanta in 1, if that is a whole number; else 0. 100 is an exact number and 0.01 is not: 7 / 100 gives 0.07,
 * 7 * 0.01 gives 0.07000000000000001.
 */
export function quantaPerUnit(quantum: number): number {
  const perUnit = toNearest(1 / quantum)
  return 1 / perUnit === quantum ? perUnit : 0
}
