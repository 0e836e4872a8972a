export interface Standing {
  /** True if the player takes part. */
  plays: boolean
  isIt: boolean
  /** The name of *it*; undefined if there is no player. */
  itName: string | undefined
  alone: boolean
  /** Seconds until discs can be tagged. */
  protection: number
}

/** One sentence about the next thing to do; empty if there is nothing. */
export function bannerText({ plays, isIt, itName, alone, protection }: Standing): string {
  if (itName === undefined) return ''
  const seconds = Math.ceil(protection)
  if (isIt) {
    if (alone) return 'You are it, but you are alone'
    return protection > 0 ? `You are it! Tag another disc in ${seconds}` : 'You are it! Tag another disc'
  }
  if (!plays) return `${itName} is it`
  return protection > 0 ? `${itName} is it. Run! ${seconds}` : `${itName} is it. Run!`
}
