import { describe, expect, it } from 'vitest'
import { changeOf, sectionOf, updateLock, withSection } from '../version.mjs'

describe('a change', () => {
  it('has the largest of its steps', () => {
    const file = '---\n"@tygase/server": patch\n"tygase": minor\n---\n\nRooms can be\nlisted.\n'
    expect(changeOf(file)).toEqual({ size: 'minor', text: 'Rooms can be\nlisted.' })
  })

  it.each([
    'Rooms can be listed.',
    '---\n---\n\nNothing.\n',
    '---\n"tygase": minor\n---\n\n',
    '---\n"tygase": huge\n---\n\nA.\n',
  ])('as in %j is refused', (file) => {
    expect(() => changeOf(file)).toThrow(/no change/)
  })
})

describe('the part of the change log for a version', () => {
  it('has what breaks first, and leaves out what there is not', () => {
    const changes = [
      { size: 'patch', text: 'A fault.' },
      { size: 'major', text: 'A name\nis gone.' },
      { size: 'patch', text: 'Another.' },
    ] as const
    expect(sectionOf('1.2.3', changes)).toBe(
      '## 1.2.3\n\n### Changes that break\n\n- A name\n  is gone.\n\n### Mended\n\n- A fault.\n- Another.\n',
    )
  })

  it('comes before those of older versions', () => {
    const first = withSection('# Changes\n\nText.\n', '## 0.1.0\n\n- a\n')
    expect(first).toBe('# Changes\n\nText.\n\n## 0.1.0\n\n- a\n')
    expect(withSection(first, '## 0.2.0\n\n- b\n')).toBe('# Changes\n\nText.\n\n## 0.2.0\n\n- b\n\n## 0.1.0\n\n- a\n')
  })
})

it('a lock file gets the versions of the workspaces, and keeps all that is installed', () => {
  const lock = {
    packages: {
      '': { name: 'root' },
      'node_modules/ws': { version: '8.0.0' },
      'packages/a': { version: '0.1.0', dependencies: { b: '0.1.0' }, license: 'MIT' },
    },
  }
  updateLock(lock, () => ({ version: '0.2.0', dependencies: { b: '0.2.0' } }))
  expect(lock.packages).toEqual({
    '': { name: 'root' },
    'node_modules/ws': { version: '8.0.0' },
    'packages/a': { version: '0.2.0', dependencies: { b: '0.2.0' }, license: 'MIT' },
  })
})
