import declarations from 'virtual:declarations'
import typescript from 'typescript-6'
import type { Sources } from '../share/shared-run.js'
import { Checker } from './checker.js'
import { compile } from './compile.js'

const scope = globalThis as unknown as {
  onmessage: (event: { data: { id: number; task: 'compile' | 'check'; sources: Sources } }) => void
  postMessage(message: unknown): void
}

let checker: Checker | undefined

scope.onmessage = ({ data: { id, task, sources } }) => {
  checker ??= new Checker(typescript, declarations)
  const answer = task === 'check' ? checker.check(sources) : compile(typescript, sources)
  scope.postMessage({ id, answer })
}
