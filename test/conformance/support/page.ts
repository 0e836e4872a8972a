import { readFileSync } from 'node:fs'

const lines = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8').split('\n')

/** Bytes that stand on the page, and the heading that they stand under. */
export interface Example {
  readonly heading: string
  readonly hex: string
}

/** All indented blocks of hexadecimal on the page, in their order. What stands behind two spaces is an explanation. */
export function hexBlocks(): Example[] {
  const blocks: Example[] = []
  let hex: string[] = []
  for (const { heading, line } of unfenced()) {
    if (/^ {4}/.test(line)) {
      // a line of words alone holds no bytes
      const written = line.trim().split(/ {2,}/)[0]!
      if (/^[0-9a-f]{2}( [0-9a-f]{2})*$/.test(written)) hex.push(written)
      continue
    }
    if (hex.length > 0) blocks.push({ heading, hex: hex.join(' ') })
    hex = []
  }
  return blocks
}

/** Whether the section quotes these bytes within a sentence. */
export function quotes(heading: string, hex: string): boolean {
  return unfenced().some((line) => line.heading === heading && line.line.includes(`\`${hex}\``))
}

/** A table's rows under a heading, each as its cells without backticks; the head and the rule under it are left out. */
export function tableUnder(heading: string): string[][] {
  const rows = unfenced().filter((line) => line.heading === heading && line.line.startsWith('|'))
  return rows.slice(2).map(({ line }) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function unfenced(): { heading: string; line: string }[] {
  let heading = ''
  let isFenced = false
  return lines.flatMap((line) => {
    if (line.startsWith('```')) isFenced = !isFenced
    if (isFenced) return []
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
    return [{ heading, line }]
  })
}
