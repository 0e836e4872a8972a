export const roomName = 'rpg'
export const roomId = 'world'

/** The path of the world at its server. */
export const worldPath = `/${roomName}/${roomId}`

/** The default port of the server. */
export const defaultPort = 7001
