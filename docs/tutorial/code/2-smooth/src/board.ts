/** Sizes in units, for rules and drawing. A unit is a pixel of the canvas. */
export const board = { width: 960, height: 540, radius: 22 }
