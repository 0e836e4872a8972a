export interface Standing {
  /** Whether the player takes part. */
  plays: boolean
  isIt: boolean
  /** Who is *it*; undefined where nobody plays. */
  itName: string | undefined
  alone: boolean
  /** Seconds until somebody can be tagged. */
  protection: number
}

/** The one sentence that says what to do now. Empty where there is nothing to do. */
export function bannerText({ plays, isIt, itName, alone, protection }: Standing): string {
  if (itName === undefined) return ''
  const seconds = Math.ceil(protection)
  if (isIt) {
    if (alone) return 'You are it, but nobody else is here yet'
    return protection > 0 ? `You are it! Tag somebody in ${seconds}` : 'You are it! Tag somebody'
  }
  if (!plays) return `${itName} is it`
  return protection > 0 ? `${itName} is it. Run! ${seconds}` : `${itName} is it. Run!`
}
