import { describe, expect, it } from 'vitest'
import { maskedSource } from './masked-source.js'

const table: [what: string, source: string, masked: string][] = [
  ['keeps code as it is', 'const a = b / c / d', 'const a = b / c / d'],
  ['masks a line comment up to the end of its line', 'a // any\nb', 'a       \nb'],
  ['masks a block comment and keeps its lines', 'a /* x\ny */ b', 'a     \n     b'],
  ['masks what quotes hold', `f('any', "it's")`, `f('   ', "    ")`],
  ['goes past an escaped quote', `f('a\\'b') + any`, `f('    ') + any`],
  ['takes comment marks in a string for text', `'http://x' + any`, `'        ' + any`],
  ['masks a template and keeps the code in it', `\`any \${any + \`x\`} any\``, `\`    \${any + \` \`}    \``],
  ['knows braces inside a template', `\`\${{ a: 1 }} any\``, `\`\${{ a: 1 }}    \``],
  ['masks a regular expression', 'x = /any[/"]/g', 'x = /       /g'],
  ['masks a regular expression after return', "return /'/.test(x)", 'return / /.test(x)'],
  ['takes a slash after a bracket for a division', "(a) / b / 'x'", "(a) / b / ' '"],
  ['ends with a text that ends within a comment', 'a /* b', 'a     '],
]

describe('maskedSource', () => {
  it.each(table)('%s', (_, source, masked) => {
    expect(maskedSource(source)).toBe(masked)
  })
})
