import { maxQuanta, quantaPerUnit } from '../values/number.js'

// Columns of numbers as quanta. A page that reads no rows does not load these.

/** `quantaOf` for the first `count` values, in place. @returns false if one of them is not rounded; the array is then spoilt */
export function toQuanta(values: Float64Array, count: number, quantum: number): boolean {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / quantum)
    if (!(Math.abs(quanta) <= maxQuanta)) return false
    values[index] = quanta + 0
  }
  return true
}

/** `roundTo` for the first `count` values, in place. */
export function roundAll(values: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = perUnit > 0 ? Math.round(value * perUnit) : Math.round(value / quantum)
    if (Math.abs(quanta) <= maxQuanta) values[index] = perUnit > 0 ? (quanta + 0) / perUnit : (quanta + 0) * quantum
  }
}

/** `numberOf` for the first `count` entries, in place. */
export function fromQuanta(quanta: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    quanta[index] = perUnit > 0 ? quanta[index]! / perUnit : quanta[index]! * quantum
  }
}
