import { useEffect, useState } from 'react'
import { useLatest } from './use-latest.js'

/** A frame of the screen. */
export interface Frame {
  /** Time of the frame, as the browser gives it to `requestAnimationFrame`. */
  readonly timeMs: number
  /** Seconds since the frame before; 0 for the first one. */
  readonly dt: number
}

/** Draws what there is to see. */
export type Draw<Scene> = (scene: Scene, frame: Frame) => void

/**
 * Calls `draw` once for each frame of the screen while the component is there; the function of the newest render.
 * @param scene returns what there is to draw
 */
export function useFrames<Scene>(scene: () => Scene, draw: Draw<Scene>): void {
  const latest = useLatest(draw)
  const [, fail] = useState<undefined>()
  useEffect(() => {
    let beforeMs: number | undefined
    let handle = 0
    const frame = (timeMs: number): void => {
      handle = requestAnimationFrame(frame)
      const dt = beforeMs === undefined ? 0 : (timeMs - beforeMs) / 1000
      beforeMs = timeMs
      try {
        latest.current(scene(), { timeMs, dt })
      } catch (error) {
        cancelAnimationFrame(handle)
        // in a render, so that an error boundary shows it
        fail(() => {
          throw error
        })
      }
    }
    handle = requestAnimationFrame(frame)
    return () => cancelAnimationFrame(handle)
  }, [scene, latest])
}
