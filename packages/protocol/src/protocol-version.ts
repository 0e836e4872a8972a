/** The version of the protocol that this package speaks. Both sides have to speak the same one. */
export const protocolVersion = 1
