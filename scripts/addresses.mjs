// All addresses of the project on the web follow from one constant, `config.address` in the root package.json: the page of
// its repository. `npm run addresses` writes them into the package.json of each public package, into SECURITY.md, into the manifest of the
// site, and into the source that names the pages of errors.
import { readFileSync, writeFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { publicPackageFolders } from './workspaces.mjs'

/**
 * @typedef {object} Addresses
 * @property {string} repository for git
 * @property {string} bugs
 * @property {string} contact where a weakness is reported without everybody reading along
 * @property {(folder: string) => string} home of the package in this folder
 * @property {(path: string, version: string) => string} page of a file in the repository, at a release
 * @property {(path: string, version: string) => string} raw bytes of a file, for pictures
 * @property {string} site the pages of the project, with a slash at its end; below it `errors/CODE/` is the page of a code
 */

/** Where hosts of code put the pages of a repository: the owner's name goes before the domain. */
const pagesOfHosts = new Map([
  ['github.com', 'github.io'],
  ['gitlab.com', 'gitlab.io'],
  ['codeberg.org', 'codeberg.page'],
])

/**
 * @param {string} address page of the repository, without a slash at its end; GitHub's layout below it
 * @returns {Addresses}
 */
export function addressesOf(address) {
  return {
    repository: `git+${address}.git`,
    bugs: `${address}/issues`,
    contact: `${address}/security/advisories/new`,
    home: (folder) => `${address}/tree/main/${folder}#readme`,
    page: (path, version) => `${address}/blob/v${version}/${path}`,
    raw: (path, version) => `${address}/raw/v${version}/${path}`,
    site: siteOf(address),
  }
}

/** @param {string} address */
function siteOf(address) {
  const { hostname, pathname } = new URL(address)
  const pages = pagesOfHosts.get(hostname)
  const [owner, ...name] = pathname.slice(1).split('/')
  return pages === undefined ? `${address}/` : `https://${owner}.${pages}/${name.join('/')}/`
}

/** @returns {string} the constant that all addresses follow from */
export function projectAddress() {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).config.address
}

/**
 * True while the project has no place on the web: the domain `.invalid` never exists. Nothing may be published meanwhile.
 * @param {string} address
 */
export function isPlaceholder(address) {
  return new URL(address).hostname.endsWith('.invalid')
}

/**
 * What package.json of a public package says about addresses.
 * @param {string} address
 * @param {string} folder such as `packages/server`
 */
export function manifestAddresses(address, folder) {
  const { repository, bugs, home } = addressesOf(address)
  return {
    homepage: home(folder),
    bugs: { url: bugs },
    repository: { type: 'git', url: repository, directory: folder },
  }
}

/**
 * @param {string} text of SECURITY.md
 * @param {string} address
 */
export function withContact(text, address) {
  return text.replaceAll(/https:\/\/\S+\/security\/advisories\/new/g, addressesOf(address).contact)
}

/** The source that has the address of the pages of errors. */
export const errorPagesFile = 'packages/gamestate/src/errors.ts'

/**
 * The page of a code is at this text with the code behind it. While the project has no place on the web, it names the place in
 * the repository.
 * @param {string} address
 */
export function errorPagesOf(address) {
  return isPlaceholder(address) ? 'ERRORS.md#' : `${addressesOf(address).site}errors/`
}

/**
 * @param {string} source of the file above
 * @param {string} address
 */
export function withErrorPages(source, address) {
  return source.replace(/^(export const errorPages: string = )'[^']*'$/m, `$1'${errorPagesOf(address)}'`)
}

/** The workspace that makes the site reads its address in its own package.json. */
export const siteManifestFile = 'apps/site/package.json'

/**
 * @param {string} text of that file
 * @param {string} address
 */
export function withHomepage(text, address) {
  return text.replace(/("homepage": )"[^"]*"/, `$1"${addressesOf(address).site}"`)
}

function writeAddresses() {
  const address = projectAddress()
  for (const folder of publicPackageFolders()) {
    const path = inRoot(folder, 'package.json')
    const { homepage: _h, bugs: _b, repository: _r, ...manifest } = JSON.parse(readFileSync(path, 'utf8'))
    // behind the keywords, where npm's own tools write them
    const entries = Object.entries(manifest).flatMap((entry) =>
      entry[0] === 'keywords' ? [entry, ...Object.entries(manifestAddresses(address, folder))] : [entry],
    )
    writeFileSync(path, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`)
  }
  for (const [file, change] of /** @type {const} */ ([
    ['SECURITY.md', withContact],
    [errorPagesFile, withErrorPages],
    [siteManifestFile, withHomepage],
  ])) {
    writeFileSync(inRoot(file), change(readFileSync(inRoot(file), 'utf8'), address))
  }
}

if (process.argv[2] === '--write') writeAddresses()
