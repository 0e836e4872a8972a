import { refuse } from './bytes.js'
import { readChange } from './changes.js'
import type { ColumnTarget } from './forecast.js'
import { readBits, readIntegers } from './integers.js'
import { readFloatColumn, readStepColumn } from './number-columns.js'
import { readText, readTexts } from './texts.js'
import { fieldPlace, type Input, readValue, type Value } from './values.js'

/** @returns as many values as the target has rows */
export function readColumn(input: Input, target: ColumnTarget): Value[] {
  const { bytes, met } = input
  const { count, field } = target
  const form = bytes.byte()
  met.count(`column ${form}, ${target.changed ? 'changed' : 'new'} rows`)
  switch (form) {
    case 0:
      return target.changed
        ? each(count, (index) => readChange(input, target.base(index, field), fieldPlace))
        : readNewValues(input, count)
    case 1: {
      const value = readValue(input, undefined, fieldPlace)
      return each(count, () => value)
    }
    case 2:
      return readBits(bytes, count)
    case 3:
      return each(count, (index) => opposite(target, index))
    case 4:
      return readStepColumn(input, target)
    case 5:
      return readFloatColumn(input, target)
    case 6:
      return target.changed
        ? each(count, (index) => readText(bytes, textOrNone(target.base(index, field))))
        : readTexts(bytes, count)
    case 7:
      return readChoices(input, count)
    default:
      refuse(`columns have no form ${form}`)
  }
}

function each(count: number, read: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => read(index))
}

function readNewValues(input: Input, count: number): Value[] {
  let before: Value | undefined
  return each(count, () => {
    before = readValue(input, before, fieldPlace)
    return before
  })
}

function opposite(target: ColumnTarget, index: number): boolean {
  if (!target.changed) refuse('the opposite of nothing')
  const value = target.base(index, target.field)
  return typeof value === 'boolean' ? !value : refuse('the opposite of what is no boolean')
}

function textOrNone(value: Value): string {
  return typeof value === 'string' ? value : ''
}

function readChoices(input: Input, count: number): Value[] {
  const choices = input.bytes.varuint()
  if (choices > 32) refuse('more than 32 values to choose from')
  const values = each(choices, () => readValue(input, undefined, fieldPlace))
  return readIntegers(input, count).map((choice) => values[choice] ?? refuseChoice(values, choice))
}

function refuseChoice(values: Value[], choice: number): Value {
  return Object.hasOwn(values, choice) ? values[choice]! : refuse('a choice that there is not')
}
