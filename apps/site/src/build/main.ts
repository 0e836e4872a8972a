import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'vitepress'
import { llmsFullText, llmsText } from './llms.js'
import { makeSite } from './make-site.js'
import { contentsFile, markdownFolder, pageFolder, root, siteFolder } from './repository.js'

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const playground = join(root, 'apps/playground/dist/page')
if (!existsSync(playground)) throw new Error('The playground is not built: npm run site builds both')
rmSync(markdownFolder, { recursive: true, force: true })
const site = await makeSite((warning) => console.warn(warning))
for (const { path, text, matter } of site.pages) {
  write(join(markdownFolder, path), matter === undefined ? text : `---\n${JSON.stringify(matter)}\n---\n\n${text}`)
}
for (const [from, to] of site.pictures) {
  mkdirSync(dirname(join(markdownFolder, to)), { recursive: true })
  cpSync(join(root, from), join(markdownFolder, to))
}
cpSync(join(siteFolder, 'public'), join(markdownFolder, 'public'), { recursive: true })
write(contentsFile, JSON.stringify(site.contents, undefined, 2))
await build(siteFolder)
// beside each page stands its Markdown, for programs that read
for (const section of site.texts) for (const { path, text } of section.pages) write(join(pageFolder, path), text)
write(join(pageFolder, 'llms.txt'), llmsText(site.about, site.texts))
write(join(pageFolder, 'llms-full.txt'), llmsFullText(site.about, site.texts))
cpSync(playground, join(pageFolder, 'playground'), { recursive: true })
