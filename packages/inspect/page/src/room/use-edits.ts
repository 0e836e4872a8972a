import { useMemo } from 'preact/hooks'
import type { StatePath } from '../../../src/shared/look-requests.js'
import type { Ask } from '../live/look.js'
import type { ShowNotice } from '../parts/notice.js'
import type { History } from './history.js'
import { sendableValue } from './sendable-value.js'
import type { StateEdits } from './state-tree.js'

/** Edits of a live room. What each has replaced is read before, so that the notice of it has a way back. */
export function useEdits(ask: Ask, history: History, show: ShowNotice): StateEdits {
  return useMemo(() => {
    const change = async (path: StatePath, value: { value?: unknown }, done: string, canReturn: boolean) => {
      try {
        // without it the edit is done all the same: a person may be in a hurry
        const before = canReturn ? await sendableValue(history.tree, path).catch(() => undefined) : undefined
        await ask('edit', { path, ...value })
        const undo = (): void => {
          ask('edit', { path, value: before!.value }).then(
            () => show(`${path.join('.')} is as it was before.`),
            (error: Error) => show(error.message, true),
          )
        }
        show(`${path.join('.')} was ${done}.`, false, before === undefined ? undefined : undo)
      } catch (error) {
        show((error as Error).message, true)
        throw error
      }
    }
    return {
      set: (path, value) => change(path, { value }, 'set', true),
      // a value that is set at a place of a list replaces the one that has moved up to it
      remove: (path, isFromList) => change(path, {}, 'deleted', !isFromList),
    }
  }, [ask, history, show])
}
