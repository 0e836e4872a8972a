/** `npm test` tries this share of the usual number of cases, `npm run long` a larger one; FC_RUNS says how many. */
const share = process.env.LONG === '1' ? 0.3 : 0.1

/**
 * The number of cases that a law is tried with: FC_RUNS if it is set, else a share of `usual`. Each run draws other cases.
 * fast-check prints the seed of a failure.
 */
export function runsOf(usual: number): number {
  return Number(process.env.FC_RUNS ?? Math.ceil(usual * share))
}
