/**
 * Processor time of this process so far, in ms. A machine with other work to do lets a process wait, and that is no cost of its
 * own: a clock would count it. Helper threads of the engine count, as they take the time from somebody.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
