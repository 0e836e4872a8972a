/** True for `npm run long`, which plays more and longer than `npm test` has time for. */
export const isLong = process.env.LONG === '1'

/** What a test takes in `npm test`, and what it takes in `npm run long`. */
export const often = <Size>(usual: Size, long: Size): Size => (isLong ? long : usual)
