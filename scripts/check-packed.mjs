// The step `packed` of `npm test`: packs what is published, and checks the types and the package.json of each package. All in one
// process: to start attw for each package took six times as long.
import { readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { problemKindInfo } from '@arethetypeswrong/core/problems'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packPackages } from './pack.mjs'
import { packedForSteps } from './steps.mjs'
import { publicPackageFolders } from './workspaces.mjs'

const folders = publicPackageFolders()
rmSync(packedForSteps, { recursive: true, force: true })
const packed = await packPackages(packedForSteps, folders)
for (const [index, { name, file }] of packed.entries()) {
  const stage = join(packedForSteps, 'stages', basename(folders[index] ?? ''))
  for (const complaint of [...(await complaintsOfAttw(file)), ...(await complaintsOfPublint(stage))]) {
    console.log(`${name}: ${complaint}`)
    process.exitCode = 1
  }
}

/**
 * Whether each resolution finds the types of each entry, the old ones too. Only `require` of an ES module is not offered.
 * @param {string} file a packed package
 */
async function complaintsOfAttw(file) {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(file))))
  if (analysis.types === false) return ['it has no types']
  return analysis.problems
    .filter(({ kind }) => kind !== 'CJSResolvesToESM')
    .map(({ kind, ...where }) => `${problemKindInfo[kind].shortDescription}: ${JSON.stringify(where)}`)
}

/** @param {string} stage the files of a package as they are packed */
async function complaintsOfPublint(stage) {
  const { messages, pkg } = await publint({ pkgDir: stage, strict: true, pack: false })
  return messages
    .filter(({ type }) => type === 'error')
    .map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}
