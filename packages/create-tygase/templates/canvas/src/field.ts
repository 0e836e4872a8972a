// For rules and drawing. In a file of its own: a page that takes more than `game` from the rules is loaded again when you edit them.

/** The field goes from 0 to this, both ways. */
export const fieldSize = 1600
export const playerRadius = 26
