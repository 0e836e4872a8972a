// Numbers of the format: flags of head bytes, parts of a hello, and widths. The file imports nothing: bundlers then put the numbers
// where they are used.

/** Of an EVENT: its sequence is written. */
export const sequenceFlag = 0x10
/** Of an EVENT from a client: the tick that it is meant for. From a server: the version that it waits for. */
export const waitFlag = 0x20
/** Of an EVENT: it has data. */
export const payloadFlag = 0x40
/** Of an EVENT from a client: what its screen showed. From a server: the client's event that led to this one. */
export const sourceFlag = 0x80
/** The one flag of STATE, HAVE and TIME: an optional part is there. */
export const partFlag = 0x10
/** The one flag of a WELCOME: the session goes on. */
export const welcomeFlag = 0x10
/** Up to this many runs of an ACK are counted in the flags of its head byte. */
export const maxRunsInHead = 15

/** Of a hello: it has the secret of a session to resume. */
export const resumePart = 1
/** Of a hello: it has the version of the client's replica. */
export const versionPart = 2
/** Of a hello, and alone, as such a client has no version: it has the secret of a client to be. */
export const rejoinPart = 4
/** The length of `attempt` in a hello and its welcome. */
export const attemptBytes = 8

/** Parts of a tick in which places on the axis of ticks travel: finer ones would take a second byte. */
export const tickParts = 8
