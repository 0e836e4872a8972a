import fc from 'fast-check'

/**
 * How long a property may run, in ms, with the search for a smaller counterexample. That search has no end of its own: one
 * for a case of many draws went on for 13 minutes, until the memory was used up, and its seed was lost. FC_RUNS asks for more cases, and gets an hour.
 */
const limit = process.env.FC_RUNS === undefined ? 120_000 : 3_600_000

// without it each run draws other cases
const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  ...seed,
  interruptAfterTimeLimit: limit,
  markInterruptAsFailure: true,
})
