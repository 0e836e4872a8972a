import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readText, root } from '../architecture/repository.js'
import { codeBlocks, filesOf } from './code-blocks.js'

/**
 * Writes the files that the code of a page makes, so that a test can run them.
 * @param by the test that plays them: each has a folder of its own, as they may run at the same time
 * @param change gets the name and the text of each file, and returns the text to write
 * @returns the folder
 */
export async function writePageFiles(
  page: string,
  by: string,
  change = (_file: string, code: string) => code,
): Promise<string> {
  const folder = join(root, '.cache/played', `${page} ${by}`.replaceAll(/[^\w-]+/g, '_'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const [file, code] of filesOf(codeBlocks(readText(page))))
    await writeFile(join(folder, file), change(file, code))
  return folder
}
