import type { Connection } from '@tygase/client'

/** Where a row is drawn, in the units of the canvas as it is transformed when `draw` is called. */
export interface Place {
  /** To the right. */
  readonly x: number
  /** Downwards. */
  readonly y: number
}

/**
 * Says where a row of the state is drawn.
 * @param row a row of the confirmed state, or of the scene
 * @param key the key of the state that has the row: `players`
 * @param id the id of the row; the index in a list
 * @returns undefined for a row that has no place
 */
export type PlaceOf = (row: Readonly<Record<string, unknown>>, key: string, id: string | number) => Place | undefined

/** The devtools of the page. In a production build they do nothing. */
export interface Devtools {
  /**
   * Draws over a picture what the panel is asked to show: ghosts of the places that the server has confirmed, and corrections where
   * they happen. Call it at the end of each frame, while the canvas is still transformed as for the rows. It changes nothing of the
   * canvas but pixels, and draws nothing while the panel is closed, unless it is asked to.
   * @param placeOf default: the numbers `x` and `y` of a row
   * @param connection whose rows the canvas shows. Default: the newest one of a game
   */
  draw(context: CanvasRenderingContext2D, placeOf?: PlaceOf, connection?: Pick<Connection, 'clientId'>): void
}
