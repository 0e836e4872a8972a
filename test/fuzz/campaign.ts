import { Dice, pick } from './dice.js'
import { keep } from './found.js'
import { hardRuns, mutate } from './mutate.js'
import { shorten } from './shorten.js'
import type { Target } from './target.js'
import type { Watch } from './watch.js'

/** Inputs with new answers that are kept to be changed further; the oldest make room. */
const maxCorpus = 4000
/** So many inputs of a target are written as files at most: what follows is most often the same again. */
const maxFailures = 5
/** An input of a target that says nothing else may take so long. */
const usualSlowMs = 500

interface Failure {
  readonly problem: string
  /** Where the input has been written. */
  readonly file: string
}

export interface CampaignResult {
  readonly target: string
  readonly inputs: number
  /** Kinds of answers that there were. */
  readonly answers: number
  /** Inputs whose answer begins with "ok": they were taken. */
  readonly accepted: number
  readonly failures: readonly Failure[]
}

/** Runs a target with `count` inputs: good ones, changed ones and noise, all drawn from the seed. */
export async function fuzz(
  target: Target,
  count: number,
  seed: number,
  { foundFolder, watch }: { foundFolder: string; watch?: Watch | undefined },
): Promise<CampaignResult> {
  const dice = new Dice(seed)
  const corpus = target.corpus(dice)
  const answers = new Set<string>()
  const failures: Failure[] = []
  let accepted = 0
  for (let done = 0; done < count && failures.length < maxFailures; done++) {
    const input = done < corpus.length ? corpus[done]! : next(target, corpus, dice)
    watch?.begin(target.name, input)
    const { answer, problem } = await attempt(target, input)
    watch?.end()
    if (problem !== undefined) {
      const fails = async (candidate: Uint8Array): Promise<boolean> =>
        (await attempt(target, candidate)).problem === problem
      const small = await shorten(input, fails)
      failures.push({ problem, file: keep(foundFolder, target.name, small, problem) })
      continue
    }
    if (answer.startsWith('ok')) accepted++
    if (answers.has(answer)) continue
    answers.add(answer)
    if (corpus.length < maxCorpus) corpus.push(input)
    else corpus[dice.below(maxCorpus)] = input
  }
  return { target: target.name, inputs: count, answers: answers.size, accepted, failures }
}

/** @returns what became of the input, or what is wrong with that */
export async function attempt(
  target: Target,
  input: Uint8Array,
): Promise<{ readonly answer: string; readonly problem?: string }> {
  try {
    const { slowMs = usualSlowMs } = target
    const startMs = performance.now()
    const answer = await target.run(input)
    // tried again: the machine may have been busy
    if (performance.now() - startMs > slowMs) await checkTime(target, input, slowMs)
    checkPrototypes()
    return { answer }
  } catch (error) {
    return { answer: '', problem: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

function next(target: Target, corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  const luck = dice.below(16)
  if (luck === 0) return dice.bytes(dice.below(64))
  const input = luck < 4 && target.fresh ? target.fresh(dice) : pick(dice, corpus)
  return luck === 1 ? input : mutate(input, dice, { other: pick(dice, corpus), words: target.words ?? hardRuns })
}

async function checkTime(target: Target, input: Uint8Array, slowMs: number): Promise<void> {
  let best = Number.POSITIVE_INFINITY
  for (let again = 0; again < 3; again++) {
    const startMs = performance.now()
    await target.run(input)
    best = Math.min(best, performance.now() - startMs)
  }
  if (best > slowMs) throw new Error(`takes longer than ${slowMs} ms`)
}

/** @throws Error where something has come to be a property of all objects or arrays */
function checkPrototypes(): void {
  for (const key in {}) throw new Error(`all objects have a '${key}' now`)
  for (const key in []) throw new Error(`all arrays have a '${key}' now`)
}
