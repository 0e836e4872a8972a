// Limits that cannot be set, since the format depends on them. The file imports nothing: bundlers then put the numbers where they
// are used.

/** UTF-16 units of an event's name that is written out: the receiver keeps it as long as the event. */
export const maxNameLength = 128
/** Runs in one ACK, and outcomes in one run: more than half a packet of honest ones can hold. */
export const maxAckItems = 131_072
/** UTF-16 units of a close reason. Writer and reader cut longer ones. */
export const maxReasonLength = 200
/** A client accepts a server's maxPayloadDepth up to this: that much fits on every stack. */
export const maxPayloadDepthOfPeer = 1000
/** Counted for the memory that an event or outcome takes beside its bytes, so that many empty ones count as well. */
export const bookkeepingBytes = 64
/** Kept free in a packet for all that is not events or outcomes. */
export const reserveBytes = 256
/** An event takes at most this beside name and payload: head, sequence, version, origin, lengths. */
export const maxEventHeadBytes = 48
/** A refusal of this many UTF-16 units is always allowed, so that there is room for a reason whatever the limit. */
export const leastRefusalLength = 256
/** A shorter interval would only produce traffic. */
export const leastKeepAliveMs = 10
/** Keep-alives that are due before a silent transport counts as gone, at least. */
export const keepAlivesPerIdleTimeout = 2
/** A hello has a path, a token and credentials; a server knows nothing of the client yet. */
export const maxHelloBytes = 16 * 1024
/** An ACK can hold four times as much, which the header of a run needs that goes up to here. */
export const maxSequence = 2 ** 50
/** A client accepts a server's maxPayloadElements up to this, 128 MiB: a server must not end its clients by events that become too large. */
export const maxPayloadElementsOfPeer = 2 ** 24
