import type { Dice } from './dice.js'

/**
 * Something that takes bytes from strangers. Every input is one array of bytes: a packet, a base and a delta, or a script
 * that is acted out; so one mutator and one form of file do for all.
 */
export interface Target {
  /** In file names and on the command line. */
  readonly name: string
  readonly about: string
  /** Its part of the inputs of a run over all targets, beside the others' parts. */
  readonly share: number
  /** An input that takes longer than this is a failure, in ms; 500 by default. */
  readonly slowMs?: number
  /** Bytes that mean something in its format, for mutations to put in. */
  readonly words?: readonly (readonly number[])[]
  /** Inputs that mean something, for mutations to begin with. */
  corpus(dice: Dice): Uint8Array[]
  /** One more that means something, drawn anew; without it the corpus is all that there is. */
  fresh?(dice: Dice): Uint8Array
  /**
   * @returns what became of the input in a few words: an input with a new answer is worth changing further
   * @throws for whatever must not be
   */
  run(input: Uint8Array): string | Promise<string>
}

/** What is wrong with what an input led to. */
export class Violation extends Error {}

/** @throws Violation */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what)
}

/** What an error says, as an answer: its numbers and names would make each input a kind of its own. */
export function kindOf({ code, message }: { code: string; message: string }): string {
  return `${code} ${message.replace(/\d+|'[^']*'/g, '#')}`
}
