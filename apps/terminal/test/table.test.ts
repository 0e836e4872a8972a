import { expect, it } from 'vitest'
import { table } from '../src/table.js'

it('a table has columns of equal width, also with wide characters, and no spaces at the ends of lines', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['日本', '1'],
        ['x', ''],
      ],
    ),
  ).toBe('name  n\n日本  1\nx')
})
