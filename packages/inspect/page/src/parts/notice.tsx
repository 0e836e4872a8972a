import { useCallback, useEffect, useState } from 'preact/hooks'

interface NoticeText {
  readonly text: string
  readonly isBad: boolean
}

/** Long enough for a sentence. */
const shownMs = 4000

/** A sentence about what was just done, which goes by itself. */
export function useNotice(): { notice: NoticeText | undefined; show: (text: string, isBad?: boolean) => void } {
  const [notice, setNotice] = useState<NoticeText>()
  const show = useCallback((text: string, isBad = false) => setNotice({ text, isBad }), [])
  useEffect(() => {
    if (notice === undefined) return
    const timer = setTimeout(() => setNotice(undefined), shownMs)
    return () => clearTimeout(timer)
  }, [notice])
  return { notice, show }
}

/** Shows the sentence. */
export function Notice({ notice }: { notice: NoticeText | undefined }) {
  return (
    <div aria-live="polite">
      {notice !== undefined && <p class={`notice ${notice.isBad ? 'bad' : ''}`}>{notice.text}</p>}
    </div>
  )
}
