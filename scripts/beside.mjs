/** On two cores: with three, pages and programs waited for each other, and the whole took no less time. */
const most = 2

/**
 * Runs jobs in the order of the list. Two that allow it run beside each other; one that wants the machine for itself waits until
 * those before it have ended. None overtakes another, so that a list reads as it runs.
 * @template {{ name: string, beside?: boolean, needs?: readonly string[] }} Job
 * @param {readonly Job[]} jobs `beside`: whether it may run beside another such job; `needs`: names of jobs that must have ended
 * @param {(job: Job) => Promise<void>} run never rejects
 */
export async function runBeside(jobs, run) {
  /** @type {Map<string, Promise<unknown>>} */
  const running = new Map()
  /** @param {Job} job */
  const start = (job) => {
    running.set(
      job.name,
      run(job).finally(() => running.delete(job.name)),
    )
  }
  for (const job of jobs) {
    const mustWait = () =>
      job.beside === true
        ? running.size >= most || (job.needs ?? []).some((name) => running.has(name))
        : running.size > 0
    while (mustWait()) await Promise.race(running.values())
    start(job)
    if (job.beside !== true) await running.get(job.name)
  }
  await Promise.all(running.values())
}
