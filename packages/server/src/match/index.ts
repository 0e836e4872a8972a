export { type MatchOptions, matchPlayers, type WaitingGroup } from './match-players.js'
