import { useCallback, useEffect, useState } from 'preact/hooks'

interface NoticeText {
  readonly text: string
  readonly isBad: boolean
  /** Takes back what was just done. Undefined: there is no way back. */
  readonly undo: (() => void) | undefined
}

/** Shows a sentence about what was just done. */
export type ShowNotice = (text: string, isBad?: boolean, undo?: () => void) => void

/** Long enough for a sentence. */
const shownMs = 4000
/** Long enough to see what it has done to the game. */
const undoMs = 15_000

/** A sentence about what was just done, which goes by itself. */
export function useNotice(): { notice: NoticeText | undefined; show: ShowNotice } {
  const [notice, setNotice] = useState<NoticeText>()
  const show = useCallback<ShowNotice>((text, isBad = false, undo) => setNotice({ text, isBad, undo }), [])
  useEffect(() => {
    if (notice === undefined) return
    const timer = setTimeout(() => setNotice(undefined), notice.undo === undefined ? shownMs : undoMs)
    return () => clearTimeout(timer)
  }, [notice])
  return { notice, show }
}

/** Shows the sentence, with a button that takes back what it says. */
export function Notice({ notice }: { notice: NoticeText | undefined }) {
  return (
    <div aria-live="polite">
      {notice !== undefined && (
        <p class={`notice line ${notice.isBad ? 'bad' : ''}`}>
          <span>{notice.text}</span>
          {notice.undo !== undefined && (
            <button type="button" onClick={notice.undo}>
              Undo
            </button>
          )}
        </p>
      )}
    </div>
  )
}
