import { expect, it } from 'vitest'
import { readText } from '../architecture/repository.js'

const skill = readText('skills/tygase/SKILL.md')

it('the skill begins with its name, which is that of its folder, and with when to use it', () => {
  const [, name = '', description = ''] = /^---\nname: (.+)\ndescription: (.+)\n---\n\n# /.exec(skill) ?? []
  expect(name).toBe('tygase')
  expect(description).toMatch(/\bUse when\b/)
  // what readers of such files take
  expect(description.length).toBeLessThanOrEqual(1024)
})

it('the skill that a new game gets is that of the repository', () => {
  expect(readText('packages/create-tygase/templates/shared/skills/tygase/SKILL.md')).toBe(skill)
})

it('the skill names only pages that are packed with the packages that it names', () => {
  const pages = [...skill.matchAll(/node_modules\/@tygase\/(\w+)\/(docs\/[\w/]+)/g)]
  expect(pages.length).toBeGreaterThan(0)
  for (const [, name, folder] of pages) {
    // a page is packed with a package if its README links to it
    expect(readText(`packages/${name}/README.md`)).toContain(`](../../${folder}/`)
  }
})
