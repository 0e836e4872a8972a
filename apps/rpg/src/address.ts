export const roomName = 'rpg'
export const roomId = 'world'

/** Where a client finds the world at its server. */
export const worldPath = `/${roomName}/${roomId}`

/** Where the server listens when nobody says otherwise. */
export const defaultPort = 7001
