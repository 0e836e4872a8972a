import { expect, it } from 'vitest'
import { publicEntries } from '../architecture/exported-names.js'
import { undocumented } from './docstrings.js'

it.each(publicEntries())('each public name of $specifier has a docstring, and each of its members', (entry) => {
  expect(undocumented(entry)).toEqual([])
})
