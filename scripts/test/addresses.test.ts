import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  addressesOf,
  errorPagesFile,
  errorPagesOf,
  isPlaceholder,
  manifestAddresses,
  projectAddress,
  siteManifestFile,
  withContact,
  withErrorPages,
  withHomepage,
} from '../addresses.mjs'
import { inRoot } from '../root.mjs'
import { publicPackageFolders } from '../workspaces.mjs'

const address = projectAddress()
const again = 'npm run addresses writes it anew'

describe('an address', () => {
  it.each(publicPackageFolders())('of %s follows from the one in the root package.json', (folder) => {
    const { homepage, bugs, repository } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'))
    expect({ homepage, bugs, repository }, again).toEqual(manifestAddresses(address, folder))
  })

  it('to report a weakness at follows from it, too', () => {
    const text = readFileSync(inRoot('SECURITY.md'), 'utf8')
    expect(text).toContain(addressesOf(address).contact)
    expect(withContact(text, address), again).toBe(text)
  })

  it('of the pages of errors follows from it, too', () => {
    const source = readFileSync(inRoot(errorPagesFile), 'utf8')
    expect(source).toContain(`errorPages: string = '${errorPagesOf(address)}'`)
    expect(withErrorPages(source, address), again).toBe(source)
  })

  it('of the site follows from it, too', () => {
    const text = readFileSync(inRoot(siteManifestFile), 'utf8')
    expect(JSON.parse(text).homepage).toBe(addressesOf(address).site)
    expect(withHomepage(text, address), again).toBe(text)
  })

  it.each([
    ['https://github.com/owner/tygase', 'https://owner.github.io/tygase/', 'https://owner.github.io/tygase/errors/'],
    [
      'https://gitlab.com/group/sub/tygase',
      'https://group.gitlab.io/sub/tygase/',
      'https://group.gitlab.io/sub/tygase/errors/',
    ],
    ['https://code.example/tygase', 'https://code.example/tygase/', 'https://code.example/tygase/errors/'],
    ['https://tygase.invalid/tygase', 'https://tygase.invalid/tygase/', 'ERRORS.md#'],
  ])('%s has its site at %s, and errors at %s', (page, site, errors) => {
    expect(addressesOf(page).site).toBe(site)
    expect(withErrorPages("export const errorPages: string = 'x'", page)).toBe(
      `export const errorPages: string = '${errors}'`,
    )
  })

  it('of the repository is a page by https, without a slash at its end', () => {
    expect(address).toMatch(/^https:\/\/[^/]+\/.*[^/]$/)
  })

  it.each([
    ['https://tygase.invalid/tygase', true],
    ['https://tygase.invalid', true],
    ['https://code.example/invalid', false],
    ['https://not-invalid.example/tygase', false],
  ])('%s is no place on the web: %s', (page, is) => {
    expect(isPlaceholder(page)).toBe(is)
  })
})

describe('a contact in a page', () => {
  it('is replaced, whatever the address was before', () => {
    const before = 'Report it [here](https://old.example/a/b/security/advisories/new), please.'
    expect(withContact(before, 'https://new.example/c')).toBe(
      'Report it [here](https://new.example/c/security/advisories/new), please.',
    )
  })
})
