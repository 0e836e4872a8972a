import { runInNewContext } from 'node:vm'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'
import { trim } from '../../src/build/trim.js'

/** Parts that no game reaches, and what a game has of the same function: it asks for each of them with `isRare` false. */
const parts: Record<string, string> = {
  'the body of a function': "isRare => isRare && (function () { return 'a rare and long answer of this part' })()",
  'a branch': "isRare => { if (isRare) { return 'a rare and long answer of this part' } else { return false } }",
  'an else': "isRare => { if (!isRare) { return false } else { return 'a rare and long answer of this part' } }",
  'what stands after a return':
    "isRare => { if (!isRare) return false; const answer = 'a rare and long '; return answer + 'answer of this part' }",
  'a case':
    "isRare => { switch (isRare) { case true: return 'a rare and long answer of this part'; default: return false } }",
  'a side of a condition': "isRare => (isRare ? 'a rare and long answer of this part'.trim() : false)",
  'the right side of an operator': "isRare => isRare && 'a rare and long answer of this part'.trim()",
  'a catch':
    "isRare => { try { if (isRare) throw 0; return false } catch { return 'a rare and long answer of this part' } }",
}
/** A worker that does what it is asked for, and answers. */
const whole = `(() => {
  const post = postMessage
  const parts = ${`{ ${Object.entries(parts).map(([name, part]) => `${JSON.stringify(name)}: ${part}`)} }`}
  onmessage = ({ data }) => {
    for (const name in parts) post({ kind: 'said', text: parts[name](data?.rare === name) })
    post({ kind: 'done' })
  }
})()`
const trimmed = trim(whole, [], parseAst)

/** All that a worker says when a rare part is needed, and whether one was missing. */
function ask(code: string, rare: string): { said: unknown[]; isMissing: boolean } {
  const said: unknown[] = []
  let isMissing = false
  const scope: Record<string, unknown> = {
    postMessage: ({ text }: { text?: unknown }) => text && said.push(text),
    tygaseMissingPart() {
      isMissing = true
    },
  }
  runInNewContext(code, scope)
  try {
    const handle = scope.onmessage as (event: object) => void
    handle({ data: { rare } })
  } catch {
    // as the worker does
  }
  return { said, isMissing }
}

describe('a trimmed worker', () => {
  it.each(Object.keys(parts))('has not %s that no game reaches, and notes it when that is needed', (name) => {
    expect(ask(whole, name)).toEqual({ said: ['a rare and long answer of this part'], isMissing: false })
    expect(ask(trimmed, name)).toEqual({ said: [], isMissing: true })
  })

  it('does all else as before', () => {
    expect(ask(trimmed, 'none of them')).toEqual({ said: [], isMissing: false })
    expect(trimmed.match(/long answer/g)).toBeNull()
  })
})
