/** How many cases of a law are tried: what FC_RUNS says, else so many. Of a failure fast-check prints the seed. */
export function runsOf(usual: number): number {
  return Number(process.env.FC_RUNS ?? usual)
}
