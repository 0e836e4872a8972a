export interface CodeBlock {
  /** The file that the block is, or is a part of: as marked with `file=`, else named for its line. */
  file: string
  /** The line of the page on which the code begins, counted from 1. */
  line: number
  code: string
}

/**
 * The TypeScript in a Markdown page: what is fenced as ```` ```ts ```` or ```` ```tsx ````. A block may be marked ```` ```ts file=game.ts ````, so that other
 * blocks of the page can import `./game.js`; blocks that are marked with the same file are read as one, in order.
 * @param wanted another language than `ts`
 */
export function codeBlocks(page: string, wanted = 'ts'): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let fence: string | undefined
  let open: { block: CodeBlock; lines: string[] } | undefined
  for (const [index, text] of page.split('\n').entries()) {
    const mark = /^\s*(?<fence>`{3,})(?<info>[^`]*)$/.exec(text)?.groups
    if (fence !== undefined) {
      if (mark?.fence === fence && mark.info?.trim() === '') {
        if (open) blocks.push({ ...open.block, code: open.lines.join('\n') })
        fence = undefined
        open = undefined
      } else open?.lines.push(text)
    } else if (mark !== undefined) {
      fence = mark.fence
      const [language, ...marks] = (mark.info ?? '').trim().split(/\s+/)
      const line = index + 2
      const named = marks.find((word) => word.startsWith('file='))?.slice('file='.length)
      if (language === wanted || (wanted === 'ts' && language === 'tsx')) {
        open = { block: { file: named ?? `line-${line}.${language}`, line, code: '' }, lines: [] }
      }
    }
  }
  return blocks
}

/**
 * The files that the blocks of a page make. Every line of code stands on the line that it has in the page, so what a compiler
 * says of the file is true of the page.
 */
export function filesOf(blocks: readonly CodeBlock[]): Map<string, string> {
  const files = new Map<string, string>()
  for (const { file, line, code } of blocks) {
    const before = files.get(file)
    const linesBefore = before === undefined ? 0 : before.split('\n').length
    files.set(file, `${before === undefined ? '' : `${before}\n`}${'\n'.repeat(line - 1 - linesBefore)}${code}`)
  }
  return files
}
