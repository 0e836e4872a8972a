import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type CaseRow, caseNames } from './cases.js'
import { peers } from './peers.js'

const program = fileURLToPath(new URL('./case-process.js', import.meta.url))

/** Longer than any case takes. */
const timeoutMs = 60_000

/** Runs each case of each system, one after the other, each in a process of its own, on Node 24, which Colyseus asks for. */
export async function compareCases(note: (row: CaseRow) => void): Promise<CaseRow[]> {
  const scripts = new URL('../../../../../scripts/fetch-node.mjs', import.meta.url)
  const { fetchNode } = (await import(scripts.href)) as { fetchNode(major: number): Promise<string> }
  const node = await fetchNode(24)
  const rows: CaseRow[] = []
  for (const name of caseNames) {
    for (const { name: system } of peers) {
      const row = await runInProcess(node, system, name)
      note(row)
      rows.push(row)
    }
  }
  return rows
}

function runInProcess(node: string, system: string, name: string): Promise<CaseRow> {
  return new Promise((resolve) => {
    const args = ['--expose-gc', program, system, name]
    // what the systems print is not of interest, but for how much of it complains
    execFile(node, args, { timeout: timeoutMs, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      const complaints = `${stdout}${stderr}`.match(/refId" not found|definition mismatch|decode error/gi)?.length ?? 0
      const last = stdout.trim().split('\n').at(-1) ?? ''
      const noted = complaints > 0 ? `; ${complaints} complaints of its decoder` : ''
      try {
        const row = JSON.parse(last) as CaseRow
        resolve({ ...row, outcome: row.outcome + noted })
      } catch {
        resolve({
          name,
          system,
          outcome: `the process ends: ${error?.message.split('\n')[0] ?? 'without a word'}${noted}`,
        })
      }
    })
  })
}
