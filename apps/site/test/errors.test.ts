import { describe, expect, it } from 'vitest'
import { errorPageText, errorsIndexText, groupsByCode, readErrors } from '../src/build/errors.js'

const page = `# Errors

Every error has a code.

## Of rooms (\`ServerError\`)

All close nothing.

### room_full

No seat is free in \`room_full\`; see \`room_locked\` and [limits](docs/x.md). Ask for another one.

More.

### room_locked

Closed.
`

describe('the page of errors', () => {
  it('is read by groups and codes, with a first sentence', () => {
    expect(readErrors(page)).toEqual({
      about: 'Every error has a code.',
      groups: [
        {
          title: 'Of rooms (`ServerError`)',
          about: 'All close nothing.',
          codes: [
            {
              code: 'room_full',
              text: 'No seat is free in `room_full`; see `room_locked` and [limits](docs/x.md). Ask for another one.\n\nMore.',
              brief: 'No seat is free in `room_full`; see `room_locked` and limits.',
            },
            { code: 'room_locked', text: 'Closed.', brief: 'Closed.' },
          ],
        },
      ],
    })
  })

  it('becomes a page for each code, which leads to the other codes that it names', () => {
    const { groups } = readErrors(page)
    const text = errorPageText('room_full', groups, new Set(groupsByCode(groups).keys()))
    expect(text).toContain(
      '# room_full\n\n*Errors: of rooms (`ServerError`)*\n\nNo seat is free in `room_full`; see [`room_locked`](#room_locked)',
    )
    expect(text).toContain('## Related\n\n[`room_locked`](#room_locked)')
  })

  it('becomes one page for a code of two groups', () => {
    const { groups } = readErrors(`${page}\n## Of others\n\n### room_full\n\nThe other one.\n`)
    const text = errorPageText('room_full', groups, new Set(groupsByCode(groups).keys()))
    expect(text).toContain('*Errors: of others*\n\nThe other one.')
    expect(text.match(/^# /gm)).toHaveLength(1)
  })

  it('becomes a list of all codes', () => {
    expect(errorsIndexText(readErrors(page))).toContain('| [`room_locked`](#room_locked) | Closed. |')
  })
})
