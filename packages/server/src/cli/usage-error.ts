/** The command line is not as it has to be. */
export class UsageError extends Error {}

/** Somebody has pressed Ctrl-C where a question was asked. */
export class InterruptedError extends Error {}
